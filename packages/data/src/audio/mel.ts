import { RangeError } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'
import { checkWhole, spectrogram, type SpectrogramOptions } from './spectrogram.ts'

/** `htk`: 2595 · log₁₀(1 + f / 700); `slaney`: straight up to 1000 Hz, logarithmic above. */
export type MelScale = 'htk' | 'slaney'

/** Options of mel filters. */
export interface MelOptions {
  /** Samples a second. */
  readonly sampleRate: number
  /** How many bands, at least 1; by default 128. */
  readonly mels?: number
  /** The lowest frequency, in Hz; by default 0. */
  readonly low?: number
  /** The highest one; by default half the sample rate. */
  readonly high?: number
  /** By default `htk`. */
  readonly scale?: MelScale
  /** Whether each band has the same area, instead of the same height (the default). */
  readonly normalize?: boolean
}

const SLANEY = { step: 200 / 3, border: 1000, log: Math.log(6.4) / 27 } as const
const toMel: Readonly<Record<MelScale, (f: number) => number>> = {
  htk: f => 2595 * Math.log10(1 + f / 700),
  slaney: f => (f < SLANEY.border ? f / SLANEY.step : SLANEY.border / SLANEY.step + Math.log(f / SLANEY.border) / SLANEY.log),
}
const toHertz: Readonly<Record<MelScale, (m: number) => number>> = {
  htk: m => 700 * (10 ** (m / 2595) - 1),
  slaney: m =>
    m < SLANEY.border / SLANEY.step ? m * SLANEY.step : SLANEY.border * Math.exp(SLANEY.log * (m - SLANEY.border / SLANEY.step)),
}

/**
 * Triangles over frequencies, evenly spaced on the mel scale; equal to torchaudio's `melscale_fbanks`.
 *
 * → float32 [bins, mels]; bin k stands for k · (sampleRate / 2) / (bins − 1) Hz.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * const filters = melFilters(201, { sampleRate: 16000, mels: 80 })
 */
export function melFilters(bins: number, options: MelOptions): Field {
  const { sampleRate, mels = 128, low = 0, high = sampleRate / 2, scale = 'htk', normalize = false } = options
  checkWhole('melFilters: bins', bins, 2)
  checkWhole('melFilters: sampleRate', sampleRate, 1)
  checkWhole('melFilters: mels', mels, 1, 2 ** 16)
  if (!Object.hasOwn(toMel, scale)) throw new RangeError(`melFilters: scale must be 'htk' or 'slaney', got '${scale}'.`)
  if (!(low >= 0 && low < high && high <= sampleRate / 2))
    throw new RangeError(`melFilters: low and high must rise within 0 and ${sampleRate / 2} Hz, got ${low} and ${high}.`)
  const [from, to] = [toMel[scale](low), toMel[scale](high)]
  const corners = Array.from({ length: mels + 2 }, (_, i) => toHertz[scale](from + ((to - from) * i) / (mels + 1)))
  const data = new Float32Array(bins * mels)
  for (let m = 0; m < mels; m++) {
    const left = corners[m]!
    const middle = corners[m + 1]!
    const right = corners[m + 2]!
    for (let k = 0; k < bins; k++) {
      const f = (k * Math.floor(sampleRate / 2)) / (bins - 1)
      const height = Math.max(0, Math.min((f - left) / (middle - left), (right - f) / (right - middle)))
      data[k * mels + m] = height * (normalize ? 2 / (right - left) : 1)
    }
  }
  return { data, shape: [bins, mels] }
}

/** Bands made of bins, each of those that are not 0: [channels?, bins, frames] → [channels?, mels, frames]. */
function inBands({ data, shape }: Field, options: MelOptions): Field {
  const [bins, frames] = shape.slice(-2) as [number, number]
  const { data: filters, shape: size } = melFilters(bins, options)
  const mels = size[1]!
  const n = data.length / (bins * frames)
  const out = new Float32Array(n * mels * frames)
  const sum = new Float64Array(frames)
  for (let i = 0; i < n; i++) {
    for (let m = 0; m < mels; m++) {
      sum.fill(0)
      for (let k = 0; k < bins; k++) {
        const weight = filters[k * mels + m]!
        if (!weight) continue
        const row = (i * bins + k) * frames
        for (let t = 0; t < frames; t++) sum[t]! += weight * data[row + t]!
      }
      out.set(sum, (i * mels + m) * frames)
    }
  }
  return { data: out, shape: [...shape.slice(0, -2), mels, frames] }
}

/** Options of `melSpectrogram`. */
export interface MelSpectrogramOptions extends SpectrogramOptions, MelOptions {}

/**
 * How strong each band of the mel scale is over time; equal to torchaudio's `MelSpectrogram`.
 *
 * sound: [t] → float32 [mels, frames]; [channels, t] → [channels, mels, frames].
 *
 * @throws RangeError when an option is out of its range; ShapeError when it is no sound.
 *
 * @example
 * const bands = melSpectrogram(sound, { sampleRate: 8000, fft: 256, hop: 80, mels: 40 })
 */
export const melSpectrogram = (sound: Field, options: MelSpectrogramOptions): Field => inBands(spectrogram(sound, options), options)

/**
 * Logarithms of mel bands: ln(x + floor), what a network for speech reads.
 *
 * sound: [t] → float32 [mels, frames]; [channels, t] → [channels, mels, frames].
 *
 * @throws RangeError when an option is out of its range; ShapeError when it is no sound.
 *
 * @example
 * const features = framesFirst(logMel(sound, { sampleRate: 8000, fft: 256, hop: 80, mels: 40 })) // [frames, 40]
 */
export function logMel(sound: Field, { floor = 1e-6, ...options }: MelSpectrogramOptions & { readonly floor?: number }): Field {
  if (!(floor > 0)) throw new RangeError(`logMel: floor must be above 0, got ${floor}.`)
  const { data, shape } = melSpectrogram(sound, options)
  return { data: Float32Array.from(data, v => Math.log(v + floor)), shape }
}

/**
 * Energies in decibels: 10 · log₁₀(max(x, 10⁻¹⁰)), at most `range` below the greatest; as torchaudio's `AmplitudeToDB`.
 *
 * x: float32 of any shape → the same; `range`: in dB, by default 80.
 *
 * @example
 * const picture = decibels(melSpectrogram(sound, { sampleRate: 8000 }))
 */
export function decibels({ data, shape }: Field, range = 80): Field {
  if (!(range >= 0)) throw new RangeError(`decibels: range must be 0 dB or more, got ${range}.`)
  const out = Float32Array.from(data, v => 10 * Math.log10(Math.max(v, 1e-10)))
  const least = out.reduce<number>((most, v) => Math.max(most, v), -Infinity) - range
  return { data: out.map(v => Math.max(v, least)), shape }
}

/** [bins, frames] → [frames, bins], as recurrent layers and `SequenceDataset` read it; of one channel [1, bins, frames] likewise. */
export function framesFirst({ data, shape }: Field): Field {
  const [bins, frames] = shape.slice(-2) as [number, number]
  if (shape.length < 2 || bins * frames !== data.length)
    throw new RangeError(`framesFirst: x must be [bins, frames] of one channel, got [${shape}].`)
  const out = new Float32Array(data.length)
  for (let k = 0; k < bins; k++) for (let t = 0; t < frames; t++) out[t * bins + k] = data[k * frames + t]!
  return { data: out, shape: [frames, bins] }
}
