/** The visible character that stands for each byte in byte-level vocabularies: itself where it is one, else the next from U+0100 on. Radford et al., 2019. */
export const byteCharacters: readonly string[] = (() => {
  const visible = (b: number): boolean => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174
  let more = 256
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(visible(b) ? b : more++))
})()

const bytesOf = new Map(byteCharacters.map((c, b) => [c, b]))

/** Text as one visible character for each byte of its UTF-8. */
export const toByteCharacters = (text: string): string => Array.from(new TextEncoder().encode(text), b => byteCharacters[b]!).join('')

/** The text that tokens of a byte-level vocabulary stand for; a token with other characters stands for itself. */
export function fromByteCharacters(tokens: readonly string[]): string {
  const bytes = tokens.flatMap(token => {
    const own = Array.from(token, c => bytesOf.get(c))
    return own.every(b => b !== undefined) ? own : [...new TextEncoder().encode(token)]
  })
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
}

/** How GPT-2 parts a text: short forms, words, numbers, signs, each with the space before it. */
export const gpt2Pattern = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu
