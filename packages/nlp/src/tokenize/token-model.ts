import type { Part } from './part.ts'

/** What makes tokens of words. */
export interface TokenModel {
  readonly ids: ReadonlyMap<string, number>
  tokens(word: string): readonly string[]
}

/** Tokens and their numbers, each once. */
export function vocabulary(part: Part): Map<string, number> {
  const ids = new Map<string, number>()
  const taken = new Set<number>()
  for (const [token, number] of part.entries()) {
    const id = number.whole()
    if (taken.has(id)) number.fail('must be the number of one token only')
    taken.add(id)
    ids.set(token, id)
  }
  if (!ids.size) part.fail('must hold a token')
  return ids
}

/** A text as tokens `<0x00>` of its bytes, if there are such. */
export function byteTokens(text: string, ids: ReadonlyMap<string, number>): string[] | undefined {
  const tokens = Array.from(new TextEncoder().encode(text), b => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`)
  return tokens.every(token => ids.has(token)) ? tokens : undefined
}
