import { FormatError, HostRng, RangeError } from '@portolan/core'
import {
  framesFirst,
  logMel,
  mfcc,
  SequenceDataset,
  standardScaler,
  stratifiedSplit,
  toneDigits,
  type BatchSource,
  type Field,
  type Scaler,
  type Sound,
} from '@portolan/data'
import { spokenDigits } from '@portolan/data/node'

/** A digit, as features `[frames, 40]` of a hundredth of a second each, scaled. */
export interface Recording {
  readonly frames: Field
  readonly label: number
  readonly speaker: string
}
export type Parts = Readonly<Record<'train' | 'validation' | 'test', readonly Recording[]>>

export const FEATURES = 40
/** Longer recordings are cut: nearly all are shorter than a second. */
export const FRAMES = 96

export interface RecordingOptions {
  readonly data: string
  readonly features: 'log-mel' | 'mfcc'
  /** Speakers who are only tested on. */
  readonly heldOut: readonly string[]
  readonly seed: number
}

interface Said {
  readonly sound: Sound
  readonly label: number
  readonly speaker: string
}

async function said({ data, heldOut, seed }: RecordingOptions): Promise<{ train: readonly Said[]; test: readonly Said[] }> {
  if (data === 'tones') {
    const of = (digits: ReturnType<typeof toneDigits>['train']): Said[] =>
      digits.map(({ sound, labels }) => ({ sound, label: labels[0]!, speaker: 'tones' }))
    const { train, test } = toneDigits({ train: 600, test: 200, seed })
    return { train: of(train), test: of(test) }
  }
  const { train, test } = await spokenDigits()
  if (!heldOut.length) return { train, test }
  const all = [...train, ...test]
  for (const name of heldOut)
    if (!all.some(r => r.speaker === name))
      throw new RangeError(`speech: heldOut must name speakers (${[...new Set(all.map(r => r.speaker))].join(', ')}), got ${name}`)
  const isHeld = (r: Said): boolean => heldOut.includes(r.speaker)
  return { train: all.filter(r => !isHeld(r)), test: all.filter(isHeld) }
}

/** Recordings to train (nine tenths of what is there to train, the others validate) and to test on, and the scaler fitted to the first. */
export async function recordings(options: RecordingOptions): Promise<Parts & { readonly scaler: Scaler }> {
  const { train: known, test } = await said(options)
  const [first, held] = stratifiedSplit(
    known.map(r => r.label),
    { fraction: 0.9, seed: options.seed },
  ).map(places => Array.from(places, i => known[i]!)) as [Said[], Said[]]
  const bands = { sampleRate: 8_000, fft: 256, hop: 80, mels: FEATURES }
  const raw = ({ sound, label, speaker }: Said): Recording => {
    if (sound.sampleRate !== 8_000) throw new FormatError(`speech: recordings must have 8000 samples a second, got ${sound.sampleRate}`)
    const all = framesFirst(options.features === 'mfcc' ? mfcc(sound, bands) : logMel(sound, bands))
    const count = Math.min(FRAMES, all.shape[0]!)
    return { frames: { data: all.data.subarray(0, count * FEATURES), shape: [count, FEATURES] }, label, speaker }
  }
  const train = first.map(raw)
  const together = Float32Array.from(train.flatMap(r => [...r.frames.data]))
  const scaler = standardScaler({ data: together, shape: [together.length / FEATURES, FEATURES] })
  const scaled = (r: Recording): Recording => ({ ...r, frames: scaler.apply(r.frames) })
  return { train: train.map(scaled), validation: held.map(raw).map(scaled), test: test.map(raw).map(scaled), scaler }
}

/** One digit `[40, 96]`, in training moved by up to a tenth of a second, with a band and a moment hidden. */
export function digitFields(all: readonly Recording[]): { x: Field; label: Field } {
  const x = new Float32Array(all.length * FEATURES * FRAMES)
  for (const [i, { frames }] of all.entries()) {
    const count = frames.shape[0]!
    for (let t = 0; t < count; t++) for (let k = 0; k < FEATURES; k++) x[(i * FEATURES + k) * FRAMES + t] = frames.data[t * FEATURES + k]!
  }
  return {
    x: { data: x, shape: [all.length, FEATURES, FRAMES] },
    label: { data: Int32Array.from(all, r => r.label), shape: [all.length] },
  }
}

/** x: [40, 96] of one digit, changed as another recording of it might be (Park et al., "SpecAugment", 2019). */
export function jitter(x: Field, rng: HostRng): Field {
  const data = new Float32Array(x.data.length)
  const shift = rng.integer(21) - 10
  const [band, width, from, length] = [rng.integer(FEATURES), rng.integer(7), rng.integer(FRAMES), rng.integer(11)]
  for (let k = 0; k < FEATURES; k++) {
    if (k >= band && k < band + width) continue
    for (let t = Math.max(0, shift); t < Math.min(FRAMES, FRAMES + shift); t++)
      if (t < from || t >= from + length) data[k * FRAMES + t] = x.data[k * FRAMES + t - shift]!
  }
  return { data, shape: x.shape }
}

const STREAM = 0x6e756d00

/**
 * Numbers of several digits that one speaker says, put together from recordings as they are asked for: `sound` [n, frames, 40] and
 * `labels` [n, digits], each digit plus 1 (0 is CTC's blank), each with its lengths.
 */
export class SpokenNumbers implements BatchSource<'sound' | 'soundLength' | 'labels' | 'labelsLength'> {
  readonly #speakers: readonly (readonly Recording[])[]
  constructor(
    recordings: readonly Recording[],
    readonly length: number,
    readonly seed: number,
  ) {
    const speakers = [...new Set(recordings.map(r => r.speaker))].sort()
    this.#speakers = speakers.map(speaker => recordings.filter(r => r.speaker === speaker))
  }
  /** The recordings of which number i consists. */
  digits(i: number): readonly Recording[] {
    const rng = new HostRng(this.seed, STREAM, i * 64)
    const own = this.#speakers[rng.integer(this.#speakers.length)]!
    return Array.from({ length: 3 + rng.integer(4) }, () => own[rng.integer(own.length)]!)
  }
  gather(indices: ArrayLike<number>) {
    const all = Array.from(indices, i => this.digits(i))
    const sound = all.map(digits => {
      const count = digits.reduce((sum, d) => sum + d.frames.shape[0]!, 0)
      const data = new Float32Array(count * FEATURES)
      digits.reduce((at, d) => (data.set(d.frames.data, at), at + d.frames.data.length), 0)
      return { data, shape: [count, FEATURES] }
    })
    const labels = all.map(digits => Int32Array.from(digits, d => d.label + 1))
    const rows = Array.from(all.keys())
    return {
      ...new SequenceDataset({ sound }, {}, { multiple: FRAMES }).gather(rows), // few lengths, few programs
      ...new SequenceDataset({ labels }, {}, { multiple: 6 }).gather(rows),
    }
  }
}
