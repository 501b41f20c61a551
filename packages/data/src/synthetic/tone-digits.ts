import { HostRng, RangeError } from '@portolan/core'
import type { Sound } from '../audio/parse-wav.ts'
import { checkCounts, WORDS } from './check-counts.ts'

/** Options of `toneDigits`. */
export interface ToneDigitsOptions {
  /** How many to train on, at least 1; by default 1,000. */
  readonly train?: number
  /** How many to test on, at least 1; by default 200. */
  readonly test?: number
  /** Digits one after the other in each recording, fewest and most; by default one. */
  readonly digits?: readonly [least: number, most: number]
  /** Samples a second, at least 4,000; by default 8,000. */
  readonly sampleRate?: number
  /** Deviation of the noise, against tones of about 0.3; by default 0.05. */
  readonly noise?: number
  /** Which; an integer, by default 0. */
  readonly seed?: number
}

/** A recording and the digits in it. */
export interface ToneDigit {
  readonly sound: Sound
  readonly labels: readonly number[]
}

/** Two tones a digit, in Hz: the rows and columns of a telephone's keys (ITU-T Q.23). */
const rows = [697, 770, 852, 941]
const columns = [1209, 1336, 1477]
const keys = Array.from({ length: 10 }, (_, d) => (d ? [Math.floor((d - 1) / 3), (d - 1) % 3] : [3, 1]) as [number, number])

const TRAIN_STREAM = 0x746f6e00
const TEST_STREAM = 0x746f6e80

/**
 * Digits as tones, in the form of spoken ones: each is the two tones of a telephone's key, a little off, of random length and
 * loudness, with silence around and noise over all; several in a row are for recognizers of sequences.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * const { train } = toneDigits({ digits: [3, 6], seed: 1 })
 * console.log(train[0]!.labels, train[0]!.sound.shape) // [4, 0, 9] [1, 6210]
 */
export function toneDigits(options: ToneDigitsOptions = {}): Record<'train' | 'test', ToneDigit[]> {
  const { train = 1_000, test = 200, digits = [1, 1], sampleRate = 8_000, noise = 0.05, seed = 0 } = options
  const [least, most] = digits
  checkCounts('toneDigits', { train, test, 'digits[0]': least, 'digits[1]': most })
  checkCounts('toneDigits', { sampleRate }, 4_000)
  if (least > most || most > 1_000) throw new RangeError(`toneDigits: digits must be [least, most] up to 1000, got [${digits}].`)
  if (!(noise >= 0 && Number.isFinite(noise))) throw new RangeError(`toneDigits: noise must be 0 or more, got ${noise}.`)

  const record = (rng: HostRng, first: number): ToneDigit => {
    const labels = Array.from({ length: least + rng.integer(most - least + 1) }, (_, i) => (i ? rng.integer(10) : first))
    const samples: number[] = []
    const silence = (): void => {
      const length = Math.round(sampleRate * (0.02 + 0.06 * rng.uniform()))
      for (let t = 0; t < length; t++) samples.push(0)
    }
    silence()
    for (const label of labels) {
      const length = Math.round(sampleRate * (0.08 + 0.12 * rng.uniform()))
      const [loudness, off] = [0.2 + 0.2 * rng.uniform(), 1 + 0.02 * (rng.uniform() - 0.5)]
      const tones = [rows[keys[label]![0]]!, columns[keys[label]![1]]!].map(f => ({
        turn: (2 * Math.PI * f * off) / sampleRate,
        phase: 2 * Math.PI * rng.uniform(),
      }))
      for (let t = 0; t < length; t++) {
        const edge = Math.min(1, Math.min(t, length - t) / (0.01 * sampleRate))
        samples.push(loudness * edge * tones.reduce((sum, { turn, phase }) => sum + Math.sin(turn * t + phase), 0) * 0.5)
      }
      silence()
    }
    const data = Float32Array.from(samples, v => Math.min(1, Math.max(-1, v + noise * rng.normal())))
    return { sound: { data, shape: [1, data.length], sampleRate }, labels }
  }
  const make = (count: number, stream: number): ToneDigit[] =>
    Array.from({ length: count }, (_, i) => record(new HostRng(seed, stream, i * WORDS), i % 10))
  return { train: make(train, TRAIN_STREAM), test: make(test, TEST_STREAM) }
}
