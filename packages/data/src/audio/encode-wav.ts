import { RangeError } from '@portolan/core'
import type { Sound } from './parse-wav.ts'

/** Options of `encodeWav`. */
export interface EncodeWavOptions {
  /** Bits of a sample, or `float` for 32 of a float; by default 16. */
  readonly bits?: 8 | 16 | 24 | 32 | 'float'
}

/**
 * Sound as a WAV file; what is beyond −1 … 1 is cut off, except in floats.
 *
 * @throws RangeError when there are no such bits, or a sample is not finite.
 *
 * @example
 * await writeFile('tone.wav', encodeWav({ data, shape: [1, 8000], sampleRate: 8000 }))
 */
export function encodeWav({ data, shape, sampleRate }: Sound, { bits = 16 }: EncodeWavOptions = {}): Uint8Array {
  if (![8, 16, 24, 32, 'float'].includes(bits))
    throw new RangeError(`encodeWav: bits must be 8, 16, 24, 32 or 'float', got ${String(bits)}.`)
  const [channels, t] = shape as readonly [number, number]
  if (shape.length !== 2 || channels * t !== data.length)
    throw new RangeError(`encodeWav: sound must be [channels, t], got [${shape}] of ${data.length} numbers.`)
  const bad = data.findIndex(v => !Number.isFinite(v))
  if (bad >= 0) throw new RangeError(`encodeWav: samples must be finite, got ${data[bad]} at ${bad}.`)
  const width = bits === 'float' ? 4 : bits / 8
  const frame = width * channels
  const out = new Uint8Array(44 + frame * t + ((frame * t) % 2))
  const view = new DataView(out.buffer)
  const tag = (at: number, text: string): void => out.set(new TextEncoder().encode(text), at)
  tag(0, 'RIFF')
  view.setUint32(4, out.length - 8, true)
  tag(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, bits === 'float' ? 3 : 1, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * frame, true)
  view.setUint16(32, frame, true)
  view.setUint16(34, width * 8, true)
  tag(36, 'data')
  view.setUint32(40, frame * t, true)
  const top = 2 ** (width * 8 - 1)
  for (let i = 0, at = 44; i < t; i++) {
    for (let c = 0; c < channels; c++, at += width) {
      const v = data[c * t + i]!
      if (bits === 'float') view.setFloat32(at, v, true)
      else {
        const n = Math.min(top - 1, Math.max(-top, Math.round(v * top))) + (bits === 8 ? 128 : 0)
        for (let b = 0; b < width; b++) view.setUint8(at + b, (n >> (8 * b)) & 255)
      }
    }
  }
  return out
}
