import { readFile, stat } from 'node:fs/promises'
import { FormatError } from '@portolan/core'
import { parseWav, type ParseWavOptions, type Sound } from '../audio/parse-wav.ts'

/**
 * Reads a WAV file.
 *
 * @throws FormatError that names the file when it cannot be read, or as `parseWav`.
 *
 * @example
 * const { data, shape, sampleRate } = await readWav('0_george_0.wav') // [1, 2384], 8000
 */
export async function readWav(file: string, { maxSamples = 2 ** 28 }: Omit<ParseWavOptions, 'label'> = {}): Promise<Sound> {
  try {
    const { size } = await stat(file)
    if (size > 8 * maxSamples + 2 ** 20) throw new FormatError(`${file}: it has ${size} bytes, more than ${maxSamples} samples take.`)
    return parseWav(await readFile(file), { maxSamples, label: file })
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    throw new FormatError(`${file}: it cannot be read (${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message}).`, { cause })
  }
}
