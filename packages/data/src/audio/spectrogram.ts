import { RangeError, ShapeError } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'
import { fftOf } from './fft.ts'

/** Options of `spectrogram`. */
export interface SpectrogramOptions {
  /** Samples that are transformed at a time; any number of at least 2, fastest without large prime factors. By default 400. */
  readonly fft?: number
  /** Samples under the Hann window, in the middle of those; by default `fft`. */
  readonly window?: number
  /** Samples from one frame to the next; by default ⌊window / 2⌋. */
  readonly hop?: number
  /** 2 for energies (the default), 1 for magnitudes. */
  readonly power?: 1 | 2
  /** Whether frame i is around sample i · hop, the borders mirrored (the default); else it begins there. */
  readonly center?: boolean
}

/** Rows of samples, and the shape of what each becomes. */
export function rowsOf(what: string, { data, shape }: Field): { rows: Float32Array[]; lead: readonly number[]; t: number } {
  const t = shape.at(-1) ?? 0
  const n = shape.slice(0, -1).reduce((a, b) => a * b, 1)
  if (!(data instanceof Float32Array) || shape.length < 1 || shape.length > 2 || n * t !== data.length || !t)
    throw new ShapeError(
      `${what}: sound must be float32 [t] or [channels, t], got ${data.constructor.name} [${shape}] of ${data.length} numbers.`,
    )
  return { rows: Array.from({ length: n }, (_, i) => data.subarray(i * t, (i + 1) * t)), lead: shape.slice(0, -1), t }
}

/** @throws RangeError unless it is a whole number from `low` to `high`. */
export function checkWhole(what: string, value: number, low: number, high = Infinity): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new RangeError(
      `${what} must be a whole number ${high === Infinity ? `of at least ${low}` : `from ${low} to ${high}`}, got ${value}.`,
    )
}

const plans = new Map<number, ReturnType<typeof fftOf>>()

/**
 * How strong each frequency is over time: |Σₜ w[t]·x[t]·exp(−2πi·k·t / fft)|² with a Hann window w; equal to torchaudio's.
 *
 * sound: [t] → float32 [⌊fft / 2⌋ + 1, frames]; [channels, t] → [channels, ⌊fft / 2⌋ + 1, frames], with ⌊t / hop⌋ + 1 frames, or
 * without `center` ⌊(t − fft) / hop⌋ + 1.
 *
 * @throws RangeError when an option is out of its range, or there are too few samples; ShapeError when it is no sound.
 *
 * @example
 * const energies = spectrogram(sound, { fft: 256, hop: 80 }) // [1, 129, frames]
 */
export function spectrogram(sound: Field, options: SpectrogramOptions = {}): Field {
  const { fft = 400, window = fft, hop = Math.floor(window / 2), power = 2, center = true } = options
  checkWhole('spectrogram: fft', fft, 2, 2 ** 20)
  checkWhole('spectrogram: window', window, 1, fft)
  checkWhole('spectrogram: hop', hop, 1)
  if (power !== 1 && power !== 2) throw new RangeError(`spectrogram: power must be 1 or 2, got ${String(power)}.`)
  const { rows, lead, t } = rowsOf('spectrogram', sound)
  const margin = center ? Math.floor(fft / 2) : 0
  const needed = center ? margin + 1 : fft // mirrored samples must exist
  if (t < needed)
    throw new RangeError(`spectrogram: fft ${fft} takes at least ${needed} samples, got ${t}. Make fft smaller, or append silence.`)
  const frames = Math.floor((t + 2 * margin - fft) / hop) + 1
  const bins = Math.floor(fft / 2) + 1
  const first = Math.floor((fft - window) / 2)
  const hann = Float64Array.from({ length: window }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / window))
  const transform = plans.get(fft) ?? fftOf(fft)
  plans.set(fft, transform)
  const out = new Float32Array(rows.length * bins * frames)
  const re = new Float64Array(fft)
  const im = new Float64Array(fft)
  rows.forEach((row, r) => {
    const fill = (to: Float64Array, frame: number): void => {
      to.fill(0)
      if (frame >= frames) return
      const start = frame * hop - margin + first
      for (let i = 0; i < window; i++) {
        const at = start + i
        to[first + i] = hann[i]! * row[at < 0 ? -at : at >= t ? 2 * (t - 1) - at : at]!
      }
    }
    // Two frames at a time, one as real and one as imaginary parts: X = (Z[k] + Z*[−k]) / 2, Y = (Z[k] − Z*[−k]) / 2i.
    for (let frame = 0; frame < frames; frame += 2) {
      fill(re, frame)
      fill(im, frame + 1)
      transform(re, im)
      for (let k = 0; k < bins; k++) {
        const back = (fft - k) % fft
        const one = ((re[k]! + re[back]!) ** 2 + (im[k]! - im[back]!) ** 2) / 4
        const other = ((im[k]! + im[back]!) ** 2 + (re[back]! - re[k]!) ** 2) / 4
        const at = (r * bins + k) * frames + frame
        out[at] = power === 2 ? one : Math.sqrt(one)
        if (frame + 1 < frames) out[at + 1] = power === 2 ? other : Math.sqrt(other)
      }
    }
  })
  return { data: out, shape: [...lead, bins, frames] }
}
