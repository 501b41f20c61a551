import { FormatError } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'

/** Sound: float32 `[channels, t]`, −1 … 1, and how many samples there are a second. */
export interface Sound extends Field {
  readonly data: Float32Array
  readonly sampleRate: number
}

/** Options of `parseWav`. */
export interface ParseWavOptions {
  /** What to call the bytes in errors: a file's name. */
  readonly label?: string
  /** The most samples of all channels; by default 2²⁸. */
  readonly maxSamples?: number
}

const tagAt = (view: DataView, at: number): string => String.fromCharCode(...[0, 1, 2, 3].map(i => view.getUint8(at + i)))
const PCM = 1
const FLOAT = 3
const EXTENSIBLE = 0xfffe

/** How a sample of so many bits is read: whole numbers are divided by 2 to the bits − 1; 8 bits are unsigned, 128 is silence. */
const readers: Readonly<Record<string, (v: DataView, at: number) => number>> = {
  [`${PCM}/8`]: (v, at) => (v.getUint8(at) - 128) / 128,
  [`${PCM}/16`]: (v, at) => v.getInt16(at, true) / 2 ** 15,
  [`${PCM}/24`]: (v, at) => ((v.getInt8(at + 2) << 16) | v.getUint16(at, true)) / 2 ** 23,
  [`${PCM}/32`]: (v, at) => v.getInt32(at, true) / 2 ** 31,
  [`${FLOAT}/32`]: (v, at) => v.getFloat32(at, true),
  [`${FLOAT}/64`]: (v, at) => v.getFloat64(at, true),
}

/**
 * Reads WAV: PCM of 8, 16, 24 or 32 bits and float of 32 or 64, any number of channels; all other chunks are left out.
 *
 * Whole numbers v of b bits become v / 2ᵇ⁻¹, as in torchaudio.
 *
 * @throws FormatError that names the label and the byte offset when a header lies or the format is another.
 *
 * @example
 * const { data, shape, sampleRate } = parseWav(await readFile('0_george_0.wav')) // [1, 2384], 8000
 */
export function parseWav(bytes: Uint8Array, { label = 'WAV', maxSamples = 2 ** 28 }: ParseWavOptions = {}): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fail = (problem: string, at: number): FormatError => new FormatError(`${label}: ${problem} (at byte ${at} of ${bytes.length}).`)
  if (bytes.length < 12 || tagAt(view, 0) !== 'RIFF' || tagAt(view, 8) !== 'WAVE')
    throw fail(`this is no WAV file, it must begin with RIFF … WAVE`, 0)
  let format: { kind: number; channels: number; sampleRate: number; frame: number; bits: number } | undefined
  for (let at = 12; at + 8 <= bytes.length;) {
    const tag = tagAt(view, at)
    const size = view.getUint32(at + 4, true)
    const start = at + 8
    if (start + size > bytes.length)
      throw fail(
        `the chunk '${tag}' should have ${size} bytes, there are ${bytes.length - start}. The file is cut off or its header lies`,
        at + 4,
      )
    if (tag === 'fmt ') {
      if (size < 16) throw fail(`the format has ${size} bytes, it must have 16 or more`, at + 4)
      const kind = view.getUint16(start, true)
      format = {
        // The first two bytes of the identifier that an extensible format ends with are the kind.
        kind: kind === EXTENSIBLE && size >= 26 ? view.getUint16(start + 24, true) : kind,
        channels: view.getUint16(start + 2, true),
        sampleRate: view.getUint32(start + 4, true),
        frame: view.getUint16(start + 12, true),
        bits: view.getUint16(start + 14, true),
      }
      const { channels, sampleRate, frame, bits } = format
      if (!Object.hasOwn(readers, `${format.kind}/${bits}`))
        throw fail(
          `samples are of kind ${format.kind} with ${bits} bits; known are PCM (1) with 8, 16, 24 or 32 and float (3) with 32 or 64. Convert it to PCM first`,
          start,
        )
      if (!channels || !sampleRate) throw fail(`there are ${channels} channels and ${sampleRate} samples a second`, start + 2)
      if (frame !== (channels * bits) / 8)
        throw fail(`${channels} samples of ${bits} bits make ${(channels * bits) / 8} bytes, the header says ${frame}`, start + 12)
    }
    if (tag === 'data') {
      if (!format) throw fail(`the samples come before their format`, at)
      const { kind, channels, sampleRate, frame, bits } = format
      if (size % frame) throw fail(`${size} bytes of samples are no multiple of ${frame}, those of all channels at a time`, at + 4)
      const t = size / frame
      if (t * channels > maxSamples) throw fail(`there are ${t * channels} samples, maxSamples allows ${maxSamples}`, at + 4)
      const read = readers[`${kind}/${bits}`]!
      const data = new Float32Array(t * channels)
      for (let i = 0, from = start; i < t; i++) {
        for (let c = 0; c < channels; c++, from += bits / 8) data[c * t + i] = read(view, from)
      }
      const bad = kind === FLOAT ? data.findIndex(v => !Number.isFinite(v)) : -1
      if (bad >= 0) throw fail(`sample ${bad % t} of channel ${Math.floor(bad / t)} is ${data[bad]}`, start)
      return { data, shape: [channels, t], sampleRate }
    }
    at = start + size + (size % 2)
  }
  throw fail(format ? `there are no samples, the chunk 'data' is missing` : `there is no format, the chunk 'fmt ' is missing`, bytes.length)
}
