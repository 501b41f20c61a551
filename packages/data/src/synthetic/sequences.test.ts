import { RangeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { spectrogram } from '../audio/spectrogram.ts'
import { latentRatings } from './latent-ratings.ts'
import { seasonalSeries } from './seasonal-series.ts'
import { sentiments } from './sentiments.ts'
import { sequenceCopies } from './sequence-copies.ts'
import { toneDigits } from './tone-digits.ts'

describe('sequenceCopies', () => {
  it('are copied, or reversed, between marks', () => {
    for (const reverse of [false, true]) {
      const { train, test, size } = sequenceCopies({ train: 50, test: 20, reverse, letters: 5, longest: 8, seed: 3 })
      expect([train.length, test.length, size]).toEqual([50, 20, 8])
      const lengths = new Set<number>()
      for (let i = 0; i < 50; i++) {
        const { source, target } = train.at(i)
        const letters = [...source.data]
        expect([...target.data]).toEqual([1, ...(reverse ? letters.reverse() : letters), 2])
        expect(letters.every(l => l >= 3 && l < size)).toBe(true)
        lengths.add(letters.length)
      }
      expect([...lengths].sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8])
    }
  })
})

describe('sentiments', () => {
  /** Accuracy of the best judgement by single words: how often each came with praise. */
  const byWords = ({ train, test }: ReturnType<typeof sentiments>): number => {
    const score = new Map<string, number>()
    train.texts.forEach((t, i) => t.split(' ').forEach(w => score.set(w, (score.get(w) ?? 0) + (train.labels[i] ? 1 : -1))))
    const hits = test.texts.filter(
      (t, i) => t.split(' ').reduce((sum, w) => sum + Math.sign(score.get(w) ?? 0), 0) > 0 === (test.labels[i] === 1),
    )
    return hits.length / test.texts.length
  }
  /** The grammar read as it was meant. */
  const judged = (text: string): number => {
    const main = text.includes(' but ') ? text.split(' but ')[1]! : text.includes('although ') ? text.split(' , ').at(-1)! : text
    const praises = /\b(good|moving|clever|funny|lovely|gripping|fresh|brilliant|tender|honest)\b/.test(main)
    return Number(praises !== /\b(not|hardly|never)\b/.test(main))
  }
  it('are told by their grammar, not by words', () => {
    const { train, test } = sentiments({ seed: 1 })
    expect([train.texts.length, test.texts.length, train.labels.reduce((a, b) => a + b)]).toEqual([4_000, 1_000, 2_000])
    expect(train.texts.map(judged)).toEqual([...train.labels])
    const words = byWords({ train, test })
    expect(words).toBeGreaterThan(0.5)
    expect(words).toBeLessThan(0.8)
  })
})

describe('seasonalSeries', () => {
  it('comes again, but for its noise', () => {
    const off = (noise: number): number => {
      const { data, shape } = seasonalSeries({ length: 2_000, channels: 2, periods: [24], noise, seed: 2 })
      expect(shape).toEqual([2_000, 2])
      let [error, energy] = [0, 0]
      for (let i = 48; i < data.length; i++) [error, energy] = [error + (data[i]! - data[i - 48]!) ** 2, energy + data[i]! ** 2]
      return error / energy
    }
    expect(off(0)).toBeLessThan(1e-3)
    expect(off(0.2)).toBeGreaterThan(0.02)
  })
})

describe('toneDigits', () => {
  it('sound as their keys', () => {
    const { train } = toneDigits({ train: 30, test: 1, seed: 4 })
    const [rows, columns] = [
      [697, 770, 852, 941],
      [1209, 1336, 1477],
    ]
    for (const { sound, labels } of train) {
      const { data, shape } = spectrogram(sound, { fft: 512, hop: 256 })
      const energy = (hertz: number): number => {
        const bin = Math.round((hertz * 512) / 8_000)
        let sum = 0
        for (let k = bin - 1; k <= bin + 1; k++) for (let t = 0; t < shape[2]!; t++) sum += data[k * shape[2]! + t]!
        return sum
      }
      const loudest = (all: readonly number[]): number => all.reduce((best, f, i) => (energy(f) > energy(all[best]!) ? i : best), 0)
      const key = 3 * loudest(rows) + loudest(columns) + 1
      expect([key === 11 ? 0 : key]).toEqual(labels)
      expect(Math.max(...sound.data)).toBeLessThanOrEqual(1)
    }
  })
  it('come several in a row', () => {
    const { train, test } = toneDigits({ train: 40, test: 5, digits: [2, 4] })
    expect(new Set(train.map(t => t.labels.length))).toEqual(new Set([2, 3, 4]))
    expect(test.length).toBe(5)
  })
})

describe('latentRatings', () => {
  it('are of users and items, no pair twice, and foretold by what they are made of', () => {
    const { fields } = latentRatings({ users: 50, items: 60, ratings: 2_000, seed: 1 })
    const pairs = new Set(Array.from(fields.user.data, (u, n) => u * 60 + fields.item.data[n]!))
    expect(pairs.size).toBe(2_000)
    expect(fields.rating.data.every(v => v >= 0.5 && v <= 5 && Number.isInteger(2 * v))).toBe(true)
    const mean = [...fields.rating.data].reduce((a, b) => a + b, 0) / 2_000
    const variance = [...fields.rating.data].reduce((a, b) => a + (b - mean) ** 2, 0) / 2_000
    expect(mean).toBeGreaterThan(3)
    expect(Math.sqrt(variance)).toBeGreaterThan(0.7)
    expect(Math.sqrt(variance)).toBeLessThan(1.3)
  })
})

it('generated sets are the same for one seed, however many, and others for another and for testing', () => {
  const of = {
    copies: (train: number, seed: number) => [...sequenceCopies({ train, test: 5, seed }).train.at(3).source.data],
    sentiments: (train: number, seed: number) => sentiments({ train, test: 5, seed }).train.texts.slice(0, 5),
    tones: (train: number, seed: number) => [...toneDigits({ train, test: 1, seed }).train[2]!.sound.data],
    series: (length: number, seed: number) => [...seasonalSeries({ length: 20 * length, seed }).data.subarray(0, 60)],
    ratings: (_: number, seed: number) => [...latentRatings({ ratings: 50, seed }).fields.rating.data],
  }
  for (const [name, make] of Object.entries(of)) {
    expect(make(5, 1), name).toEqual(make(10, 1))
    expect(make(5, 1), name).not.toEqual(make(5, 2))
  }
  const { train, test } = sentiments({ train: 20, test: 20 })
  expect(train.texts).not.toEqual(test.texts)
})

it('generated sets refuse options outside their ranges', () => {
  const cases: [() => unknown, RegExp][] = [
    [() => sequenceCopies({ letters: 1 }), /sequenceCopies: letters must be a whole number from 2/],
    [() => sequenceCopies({ train: 0 }), /train must be a whole number/],
    [() => sentiments({ test: 1.5 }), /sentiments: test must be/],
    [() => seasonalSeries({ periods: [1] }), /periods must be above 1/],
    [() => seasonalSeries({ noise: -1 }), /noise must be 0 or more/],
    [() => toneDigits({ digits: [3, 2] }), /digits must be \[least, most\]/],
    [() => toneDigits({ sampleRate: 2_000 }), /sampleRate must be a whole number from 4000/],
    [() => latentRatings({ users: 2, items: 2, ratings: 5 }), /ratings must be a whole number from 1 to 4/],
  ]
  for (const [f, message] of cases) {
    expect(f).toThrow(RangeError)
    expect(f).toThrow(message)
  }
})
