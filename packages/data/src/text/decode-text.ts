import { FormatError } from '@portolan/core'

/** Options of `decodeText`. */
export interface DecodeTextOptions {
  /** `utf-8` (the default), or `latin1`, in which every byte is a letter. */
  readonly encoding?: 'utf-8' | 'latin1'
  /** What to call the bytes in errors: a file's name. */
  readonly label?: string
}

/** Where the first byte is that no UTF-8 goes on with. */
function firstBad(bytes: Uint8Array): number {
  const reads = (length: number): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true })
      return true
    } catch {
      return false
    }
  }
  let [good, bad] = [0, bytes.length + 1]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (reads(middle)) good = middle
    else bad = middle
  }
  return Math.min(good, bytes.length)
}

/**
 * Bytes as text, without a byte order mark; nothing is replaced silently.
 *
 * @throws FormatError that names the label and the byte offset when they are no UTF-8, or hold a zero.
 *
 * @example
 * const text = decodeText(await readFile('TREC.train.all'), { encoding: 'latin1', label: 'TREC.train.all' })
 */
export function decodeText(bytes: Uint8Array, { encoding = 'utf-8', label = 'text' }: DecodeTextOptions = {}): string {
  const zero = bytes.indexOf(0)
  if (zero >= 0) throw new FormatError(`${label}: there is a zero byte at ${zero}. This is no text in ${encoding}.`)
  if (encoding === 'latin1') {
    const parts: string[] = []
    for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)))
    return parts.join('')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const at = firstBad(bytes)
    throw new FormatError(
      `${label}: it is not UTF-8, the ${at < bytes.length ? `byte 0x${bytes[at]!.toString(16)} at ${at} does not belong there` : `last character is cut off at byte ${at}`}. If every byte is a letter: encoding: 'latin1'.`,
      { cause },
    )
  }
}
