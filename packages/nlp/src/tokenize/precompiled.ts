import type { Part } from './part.ts'

/** One node of a double-array trie, as SentencePiece's files hold it. */
const hasLeaf = (unit: number): boolean => ((unit >>> 8) & 1) === 1
const labelOf = (unit: number): number => (unit & 0x80_00_00_ff) >>> 0
const offsetOf = (unit: number): number => ((unit >>> 10) << ((unit & 512) >>> 6)) >>> 0

/** SentencePiece's own table of replacements: the length of a trie, the trie, and what its entries become. @throws FormatError if it is none. */
export function precompiled(part: Part): (text: string) => string {
  const field = part.field('precompiled_charsmap')
  if (field.missing) return text => text
  const encoded = field.text()
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) field.fail('must be base64')
  const bytes = Uint8Array.from(atob(encoded), c => c.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  const trieBytes = bytes.length >= 4 ? view.getUint32(0, true) : -1
  if (trieBytes < 0 || trieBytes % 4 || 4 + trieBytes > bytes.length) field.fail('must hold a trie and its replacements')
  const units = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => view.getUint32(4 + 4 * i, true))
  const replacements = bytes.subarray(4 + trieBytes)
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()]

  /** What the shortest entry at the beginning of a text becomes. */
  const replaced = (text: string): string | undefined => {
    if (!units.length) return undefined
    let at = offsetOf(units[0]!)
    for (const byte of encoder.encode(text)) {
      if (byte === 0) return undefined
      at = (at ^ byte) >>> 0
      const unit = units[at]
      if (unit === undefined || labelOf(unit) !== byte) return undefined
      at = (at ^ offsetOf(unit)) >>> 0
      if (!hasLeaf(unit)) continue
      const from = (units[at] ?? 0) & 0x7f_ff_ff_ff
      const end = replacements.indexOf(0, from)
      return decoder.decode(replacements.subarray(from, end < 0 ? undefined : end))
    }
    return undefined
  }
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
  return text =>
    Array.from(graphemes.segment(text), ({ segment }) => {
      const whole = encoder.encode(segment).length < 6 ? replaced(segment) : undefined
      return whole ?? Array.from(segment, c => replaced(c) ?? c).join('')
    }).join('')
}
