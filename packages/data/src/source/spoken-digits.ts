import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError } from '@portolan/core'
import type { Sound } from '../audio/parse-wav.ts'
import { readWav } from './read-wav.ts'
import { findFile, type PlaceOptions } from './find-file.ts'

/** One recording: a digit said by somebody. */
export interface SpokenDigit {
  readonly sound: Sound
  readonly label: number
  readonly speaker: string
  /** Which of the speaker's recordings of this digit it is. */
  readonly index: number
}

/**
 * The Free Spoken Digit Dataset: 3,000 recordings of 10 digits by 6 speakers, 8 kHz; those numbered 0 … 4 are to test on (300).
 *
 * Files `recordings/{digit}_{speaker}_{index}.wav`, from `root` or `$PORTOLAN_DATA/fsdd`.
 *
 * Z. Jackson et al., Free Spoken Digit Dataset (2018).
 *
 * @throws FormatError when there is no such folder, or a file is not as it should be.
 *
 * @example
 * const { train, test } = await spokenDigits()
 * const features = train.map(({ sound }) => framesFirst(logMel(sound, { sampleRate: 8000, fft: 256, hop: 80, mels: 40 })))
 */
export async function spokenDigits(options: Pick<PlaceOptions, 'root'> = {}): Promise<Record<'train' | 'test', SpokenDigit[]>> {
  const folder = await findFile('fsdd', 'recordings', options)
  const names = (await readdir(folder)).filter(name => name.toLowerCase().endsWith('.wav')).sort()
  if (!names.length) throw new FormatError(`${folder}: there is no recording such as 0_george_0.wav.`)
  const all: SpokenDigit[] = []
  for (const name of names) {
    const [, digit, speaker, index] = /^(\d)_(.+)_(\d+)\.wav$/i.exec(name) ?? []
    if (digit === undefined) throw new FormatError(`${join(folder, name)}: a recording is named {digit}_{speaker}_{index}.wav.`)
    all.push({ sound: await readWav(join(folder, name)), label: Number(digit), speaker: speaker!, index: Number(index) })
  }
  return { train: all.filter(r => r.index > 4), test: all.filter(r => r.index <= 4) }
}
