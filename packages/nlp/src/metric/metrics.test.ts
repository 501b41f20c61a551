import { describe, expect, it } from 'vitest'
import { Bleu, CharacterErrorRate, EntityF1, tokenize13a, WordErrorRate } from '../index.ts'

describe('Bleu', () => {
  const precision = (candidate: string, references: string[], n: number): number => {
    const bleu = new Bleu({ order: n })
    bleu.add(candidate, references)
    return bleu.value().precisions[n - 1]! / 100
  }
  // Papineni et al., 2002, sections 2.1 and 2.1.1
  const references = [
    'It is a guide to action that ensures that the military will forever heed Party commands',
    'It is the guiding principle which guarantees the military forces always being under the command of the Party',
    'It is the practical guide for the army always to heed the directions of the party',
  ]
  const first = 'It is a guide to action which ensures that the military always obeys the commands of the party'
  const second = 'It is to insure the troops forever hearing the activity guidebook that party direct'
  it("has the paper's precisions", () => {
    expect(precision(first, references, 1)).toBeCloseTo(17 / 18, 12)
    expect(precision(second, references, 1)).toBeCloseTo(8 / 14, 12)
    expect(precision(first, references, 2)).toBeCloseTo(10 / 17, 12)
    expect(precision(second, references, 2)).toBeCloseTo(1 / 13, 12)
    const cats = ['The cat is on the mat'.toLowerCase(), 'There is a cat on the mat'.toLowerCase()]
    expect(precision('the the the the the the the', cats, 1)).toBeCloseTo(2 / 7, 12)
    expect(precision('the the the the the the the', cats, 2)).toBeCloseTo(1 / 2 / 6, 12) // none, smoothed
  })
  it('punishes what is short by the reference nearest in length', () => {
    const bleu = new Bleu()
    bleu.add('a b c d e', ['a b c d e f g', 'a b c d e f g h i'])
    expect(bleu.value()).toMatchObject({ hypothesisLength: 5, referenceLength: 7, precisions: [100, 100, 100, 100] })
    expect(bleu.value().score).toBeCloseTo(100 * Math.exp(1 - 7 / 5), 10)
    bleu.reset()
    bleu.add('a b c d', ['a b c', 'a b c d e'])
    expect(bleu.value().referenceLength).toBe(3)
  })
  it('is 100 for the same and 0 for nothing in common, or too little', () => {
    const of = (h: string, r: string): number => {
      const bleu = new Bleu()
      bleu.add(h, r)
      return bleu.value().score
    }
    expect(of('The same text, twice.', 'The same text, twice.')).toBeCloseTo(100, 10)
    expect(of('a b c d', 'e f g h')).toBe(0)
    expect(of('', 'a')).toBe(0)
    expect(of('a b', 'a b')).toBe(0) // no 4-gram at all
    expect(() => new Bleu({ order: 0 })).toThrow(/order must be/)
    expect(() => new Bleu().add('a', [])).toThrow(/needs a reference/)
  })
  it('parts texts as 13a does', () => {
    expect(tokenize13a('Hello, world! It costs $3.50 (1,000-2).')).toEqual([
      'Hello',
      ',',
      'world',
      '!',
      'It',
      'costs',
      '$',
      '3.50',
      '(',
      '1,000',
      '-',
      '2',
      ')',
      '.',
    ])
    expect(tokenize13a("&quot;don't&quot; &amp;lt; a-b")).toEqual(['"', "don't", '"', '<', 'a-b'])
  })
})

describe('error rates', () => {
  it('count words and characters of all texts together', () => {
    const wer = new WordErrorRate()
    wer.add('the cat sat on the mat', 'the cat sit on mat')
    expect(wer.value()).toEqual({ substitutions: 1, deletions: 1, insertions: 0, length: 6, rate: 2 / 6 })
    const other = new WordErrorRate()
    other.add(' one\ttwo ', 'one two three four')
    wer.merge(other)
    expect(wer.value().rate).toBe(4 / 8)
    const cer = new CharacterErrorRate()
    cer.add('\u{1F600}ab', 'ab')
    expect(cer.value()).toMatchObject({ deletions: 1, rate: 1 / 3 })
    cer.reset()
    expect(cer.value().rate).toBeNaN()
  })
})

describe('EntityF1', () => {
  it('wants kind and borders', () => {
    const f1 = new EntityF1()
    f1.add(['B-per', 'I-per', 'O', 'B-loc'], ['B-per', 'I-per', 'O', 'B-org'])
    expect(f1.value()).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 })
    const other = new EntityF1()
    other.add(['B-per', 'B-per'], ['B-per', 'I-per'])
    f1.merge(other)
    expect(f1.value()).toMatchObject({ precision: 1 / 3, recall: 1 / 4 })
    expect(() => f1.add(['O'], [])).toThrow(/one length/)
    f1.reset()
    expect(f1.value()).toEqual({ precision: 0, recall: 0, f1: 0 })
  })
})
