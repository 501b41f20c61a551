import { RangeError } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'
import { decibels, logMel, melSpectrogram, type MelSpectrogramOptions } from './mel.ts'
import { checkWhole } from './spectrogram.ts'

/** Options of `mfcc`. */
export interface MfccOptions extends MelSpectrogramOptions {
  /** How many coefficients, at most `mels`; by default 40. */
  readonly coefficients?: number
  /** Logarithms of the bands: in decibels, 80 below the loudest at most (the default), or `natural`: ln(x + 10⁻⁶). */
  readonly logarithm?: 'decibels' | 'natural'
}

/**
 * Mel-frequency cepstral coefficients: the orthonormal cosine transform (DCT-II) of logarithmic mel bands; equal to torchaudio's `MFCC`.
 *
 * c[k] = s[k] · Σₘ L[m] · cos(π·k·(m + ½) / mels), s[0] = √(1 / mels), else √(2 / mels).
 *
 * sound: [t] → float32 [coefficients, frames]; [channels, t] → [channels, coefficients, frames].
 *
 * S. Davis, P. Mermelstein, "Comparison of Parametric Representations for Monosyllabic Word Recognition" (1980).
 *
 * @throws RangeError when an option is out of its range; ShapeError when it is no sound.
 *
 * @example
 * const features = mfcc(sound, { sampleRate: 8000, fft: 256, hop: 80, mels: 40, coefficients: 13 })
 */
export function mfcc(sound: Field, options: MfccOptions): Field {
  const { coefficients = 40, logarithm = 'decibels', mels = 128 } = options
  checkWhole('mfcc: coefficients', coefficients, 1, mels)
  if (logarithm !== 'decibels' && logarithm !== 'natural')
    throw new RangeError(`mfcc: logarithm must be 'decibels' or 'natural', got '${String(logarithm)}'.`)
  const { data, shape } = logarithm === 'natural' ? logMel(sound, options) : decibels(melSpectrogram(sound, options))
  const frames = shape.at(-1)!
  const n = data.length / (mels * frames)
  const out = new Float32Array(n * coefficients * frames)
  const sum = new Float64Array(frames)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < coefficients; k++) {
      sum.fill(0)
      for (let m = 0; m < mels; m++) {
        const weight = Math.sqrt((k ? 2 : 1) / mels) * Math.cos((Math.PI * k * (m + 0.5)) / mels)
        const row = (i * mels + m) * frames
        for (let t = 0; t < frames; t++) sum[t]! += weight * data[row + t]!
      }
      out.set(sum, (i * coefficients + k) * frames)
    }
  }
  return { data: out, shape: [...shape.slice(0, -2), coefficients, frames] }
}
