import { readFileSync } from 'node:fs'
import { FormatError, HostRng, RangeError, ShapeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import type { Field } from '../source/array-dataset.ts'
import { encodeWav } from './encode-wav.ts'
import { fftOf } from './fft.ts'
import { decibels, framesFirst, logMel, melFilters, melSpectrogram, type MelOptions } from './mel.ts'
import { mfcc } from './mfcc.ts'
import { parseWav } from './parse-wav.ts'
import { resampleSound } from './resample-sound.ts'
import { spectrogram } from './spectrogram.ts'

interface Plain {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}
interface Case {
  readonly what: string
  readonly name: string
  readonly options: Record<string, number>
  readonly rate: number
  readonly bins: number
  readonly bytes: string
  readonly input?: Plain
  readonly output: Plain
}
const { cases } = JSON.parse(readFileSync(new URL('../../../../private/golden/audio.json', import.meta.url), 'utf8')) as { cases: Case[] }

const compute: Readonly<Record<string, (c: Case, x: Field & { data: Float32Array }) => Field>> = {
  spectrogram: (c, x) => spectrogram(x, c.options),
  melFilters: c => melFilters(c.bins, c.options as unknown as MelOptions),
  melSpectrogram: (c, x) => melSpectrogram(x, c.options as unknown as MelOptions),
  logMel: (c, x) => logMel(x, c.options as unknown as MelOptions),
  decibels: (c, x) => decibels(x, c.options.range),
  mfcc: (c, x) => mfcc(x, c.options as unknown as MelOptions),
  resample: (c, x) => resampleSound({ ...x, sampleRate: c.rate }, c.options.to!),
  wav: c => parseWav(Buffer.from(c.bytes, 'base64')),
}

describe('equals torchaudio', () => {
  it.each(cases.map(c => [`${c.what}: ${c.name}`, c] as const))('%s', (_, c) => {
    const x = { data: Float32Array.from(c.input?.data ?? []), shape: c.input?.shape ?? [] }
    const y = compute[c.what]!(c, x)
    expect(y.shape).toEqual(c.output.shape)
    const most = Math.max(...c.output.data.map(Math.abs))
    // Files to half a step of 24 bits: sox, which reads them there, rounds floats by way of whole numbers.
    const tolerance = c.what === 'wav' ? 2 ** -24 : c.what === 'resample' ? 1e-6 : 1e-4
    c.output.data.forEach((value, i) => {
      const v = c.what === 'wav' ? Math.fround(value) : value
      const limit = tolerance * Math.max(Math.abs(v), c.what.endsWith('ectrogram') ? 1e-3 * most : c.what === 'melFilters' ? most : 1)
      if (!(Math.abs(y.data[i]! - v) <= limit)) throw new Error(`place ${i}: ${y.data[i]}, expected ${v}`)
    })
  })
})

describe('fft', () => {
  it.each([1, 2, 7, 12, 30, 49, 64, 400])('of %i numbers is the sum it stands for', n => {
    const rng = new HostRng(n)
    const [re, im] = [0, 1].map(() => Float64Array.from({ length: n }, () => rng.normal())) as [Float64Array, Float64Array]
    const [yr, yi] = [re.slice(), im.slice()]
    fftOf(n)(yr, yi)
    for (let k = 0; k < n; k++) {
      let [sr, si] = [0, 0]
      for (let t = 0; t < n; t++) {
        const [c, s] = [Math.cos((2 * Math.PI * k * t) / n), -Math.sin((2 * Math.PI * k * t) / n)]
        sr += re[t]! * c - im[t]! * s
        si += re[t]! * s + im[t]! * c
      }
      expect(Math.hypot(yr[k]! - sr, yi[k]! - si)).toBeLessThan(1e-11 * n)
    }
  })
})

describe('WAV', () => {
  const data = Float32Array.from({ length: 14 }, (_, i) => Math.sin(i) * (i === 3 ? 2 : 1))
  const sound = { data, shape: [2, 7], sampleRate: 11025 }
  it.each([8, 16, 24, 32, 'float'] as const)('of %s bits comes back, to half a step, cut off beyond 1', bits => {
    const back = parseWav(encodeWav(sound, { bits }))
    expect([back.shape, back.sampleRate]).toEqual([[2, 7], 11025])
    const step = bits === 'float' ? 0 : 2 ** (1 - bits)
    data.forEach((v, i) => {
      const wanted = bits === 'float' ? v : Math.min(1 - step, Math.max(-1, v))
      expect(Math.abs(back.data[i]! - wanted)).toBeLessThanOrEqual(step / 2 + 1e-7)
    })
  })
  it('of an odd number of bytes is padded, other chunks are passed over', () => {
    const odd = encodeWav({ data: data.slice(0, 3), shape: [1, 3], sampleRate: 8000 }, { bits: 8 })
    expect(odd.length % 2).toBe(0)
    const list = Buffer.concat([odd.subarray(0, 36), Buffer.from('LIST\x03\0\0\0abc\0', 'latin1'), odd.subarray(36)])
    expect(parseWav(list).data).toEqual(parseWav(odd).data)
    expect(parseWav(odd).shape).toEqual([1, 3])
  })
  it('of an extensible format tells its kind behind', () => {
    const plain = encodeWav({ data, shape: [1, 14], sampleRate: 8000 }, { bits: 'float' })
    const format = Buffer.alloc(8 + 40)
    format.write('fmt ')
    format.writeUInt32LE(40, 4)
    format.set(plain.subarray(20, 36), 8)
    format.writeUInt16LE(0xfffe, 8)
    format.writeUInt16LE(22, 24)
    format.writeUInt16LE(3, 32)
    const file = Buffer.concat([plain.subarray(0, 12), format, plain.subarray(36)])
    expect(parseWav(file).data).toEqual(data)
  })
  it('is only written of what it can hold', () => {
    expect(() => encodeWav({ data: Float32Array.of(NaN), shape: [1, 1], sampleRate: 8000 })).toThrow(/finite, got NaN at 0/)
    expect(() => encodeWav({ data: Float32Array.of(0), shape: [1], sampleRate: 8000 })).toThrow(/\[channels, t\]/)
    expect(() => encodeWav(sound, { bits: 12 as 8 })).toThrow(/bits must be/)
  })

  const good = Buffer.from(encodeWav(sound))
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const copy = Buffer.from(good)
    change(copy)
    return copy
  }
  const malformed: [string, Uint8Array, RegExp][] = [
    ['nothing', new Uint8Array(), /must begin with RIFF … WAVE \(at byte 0 of 0\)/],
    ['something else', Buffer.from('ID3\x04 and then music, but no WAV'), /must begin with RIFF/],
    ['RIFF of another kind', changed(b => b.write('AVI ', 8)), /must begin with RIFF/],
    ['only a head', good.subarray(0, 12), /there is no format, the chunk 'fmt ' is missing \(at byte 12/],
    ['a format of 8 bytes', Buffer.concat([good.subarray(0, 16), Buffer.of(8, 0, 0, 0), good.subarray(20)]), /the format has 8 bytes/],
    ['a compressed format', changed(b => b.writeUInt16LE(0x55, 20)), /samples are of kind 85 with 16 bits/],
    ['20 bits', changed(b => b.writeUInt16LE(20, 34)), /of kind 1 with 20 bits.*at byte 20/],
    ['no channels', changed(b => b.writeUInt16LE(0, 22)), /there are 0 channels/],
    ['no rate', changed(b => b.writeUInt32LE(0, 24)), /0 samples a second/],
    ['frames that are too small', changed(b => b.writeUInt16LE(2, 32)), /2 samples of 16 bits make 4 bytes, the header says 2/],
    [
      'more samples than there are',
      changed(b => b.writeUInt32LE(1000, 40)),
      /'data' should have 1000 bytes, there are 28\. The file is cut off.*at byte 40/,
    ],
    ['as many samples as a stream claims', changed(b => b.writeUInt32LE(0xffffffff, 40)), /'data' should have 4294967295 bytes/],
    ['half a frame', changed(b => b.writeUInt32LE(26, 40)), /26 bytes of samples are no multiple of 4/],
    ['a file cut off', good.subarray(0, 60), /should have 28 bytes, there are 16/],
    ['no samples', good.subarray(0, 36), /the chunk 'data' is missing/],
    [
      'samples before their format',
      Buffer.concat([good.subarray(0, 12), good.subarray(36), good.subarray(12, 36)]),
      /samples come before their format/,
    ],
    [
      'a float that is none',
      (() => {
        const b = Buffer.from(encodeWav(sound, { bits: 'float' }))
        b.writeFloatLE(NaN, 48)
        return b
      })(),
      /sample 0 of channel 1 is NaN/,
    ],
  ]
  it.each(malformed)('is refused: %s', (_, bytes, message) => {
    expect(() => parseWav(bytes, { label: 'x.wav' })).toThrow(FormatError)
    expect(() => parseWav(bytes, { label: 'x.wav' })).toThrow(message)
  })
  it('is refused when it is too much, or anything at all: no other error comes', () => {
    expect(() => parseWav(good, { maxSamples: 13 })).toThrow(/14 samples, maxSamples allows 13/)
    const rng = new HostRng(5)
    for (let i = 0; i < 3000; i++) {
      const bytes = changed(b => {
        for (let k = 0; k < 3; k++) b[rng.integer(44)] = rng.integer(256)
      })
      try {
        parseWav(bytes.subarray(0, rng.integer(bytes.length + 1)))
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
      }
    }
  })
})

describe('features', () => {
  const sound = { data: Float32Array.from({ length: 500 }, (_, i) => Math.sin(i / 3)), shape: [500] }
  it('of one row have no channels, and turn to frames first', () => {
    const bands = logMel(sound, { sampleRate: 8000, fft: 128, hop: 50, mels: 10 })
    expect(bands.shape).toEqual([10, 11])
    const turned = framesFirst(bands)
    expect(turned.shape).toEqual([11, 10])
    expect(turned.data[3 * 10 + 2]).toBe(bands.data[2 * 11 + 3])
  })
  it('refuse what they cannot do', () => {
    const cases: [() => unknown, RegExp][] = [
      [() => spectrogram(sound, { fft: 1200 }), /fft 1200 takes at least 601 samples, got 500/],
      [() => spectrogram(sound, { fft: 501, center: false }), /takes at least 501 samples/],
      [() => spectrogram(sound, { fft: 64, window: 65 }), /window must be a whole number from 1 to 64/],
      [() => spectrogram(sound, { hop: 0 }), /hop must be a whole number/],
      [() => spectrogram(sound, { power: 3 as 1 }), /power must be 1 or 2/],
      [() => logMel(sound, { sampleRate: 8000, high: 5000 }), /must rise within 0 and 4000 Hz, got 0 and 5000/],
      [() => logMel(sound, { sampleRate: 8000, floor: 0 }), /floor must be above 0/],
      [() => melFilters(65, { sampleRate: 8000, scale: 'bark' as 'htk' }), /scale must be 'htk' or 'slaney'/],
      [() => mfcc(sound, { sampleRate: 8000, mels: 20, coefficients: 21 }), /coefficients must be a whole number from 1 to 20/],
      [() => resampleSound({ ...sound, sampleRate: 8000 }, 0.5), /sampleRate must be a whole number/],
    ]
    for (const [f, message] of cases) {
      expect(f).toThrow(RangeError)
      expect(f).toThrow(message)
    }
    expect(() => spectrogram({ data: new Int32Array(500), shape: [500] })).toThrow(ShapeError)
    expect(() => spectrogram({ data: new Float32Array(0), shape: [0] })).toThrow(ShapeError)
  })
})
