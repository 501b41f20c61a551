import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError } from '@portolan/core'
import { writeFileAtomic } from '@portolan/core/node'
import { Tokenizer } from '../tokenizer.ts'

/**
 * Reads a `tokenizer.json`, or that of a folder.
 * @throws FormatError that names the file and the place in it, also where it is no UTF-8.
 * @example
 * const tokenizer = await readTokenizer('models/bert-base-uncased')
 */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  const file = path.endsWith('.json') ? path : join(path, 'tokenizer.json')
  const bytes = await readFile(file)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new FormatError(`${file}: must be UTF-8 text`, { cause })
  }
  return new Tokenizer(text, file)
}

/**
 * Writes a `tokenizer.json`, whole or not at all.
 * @example
 * await saveTokenizer(tokenizer, 'tokenizer.json')
 */
export const saveTokenizer = (tokenizer: Tokenizer, file: string): Promise<void> =>
  writeFileAtomic(file, `${JSON.stringify(tokenizer.toJSON(), null, 2)}\n`)
