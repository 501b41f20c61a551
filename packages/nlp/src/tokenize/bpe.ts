import type { Part } from './part.ts'
import { byteTokens, vocabulary, type TokenModel } from './token-model.ts'

/** Of how many words it remembers the tokens. */
const remembered = 10_000

/** Merges the neighbours that come first in a list, until none of it are left. Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016. */
export function bpe(part: Part): TokenModel {
  const ids = vocabulary(part.field('vocab'))
  const dropout = part.field('dropout')
  if (!dropout.missing && dropout.raw !== 0) dropout.fail('is not supported here: a text has the same tokens every time')
  const prefix = part.field('continuing_subword_prefix').text('')
  const suffix = part.field('end_of_word_suffix').text('')
  const unknown = part.field('unk_token').missing ? undefined : part.field('unk_token').text()
  const fuse = part.field('fuse_unk').flag(false)
  const fallback = part.field('byte_fallback').flag(false)
  const ignoreMerges = part.field('ignore_merges').flag(false)
  const merges = new Map<string, { rank: number; to: string }>()
  for (const [rank, entry] of part.field('merges').list().entries()) {
    const pair = typeof entry.raw === 'string' ? entry.raw.split(' ') : entry.list().map(p => p.text())
    if (pair.length !== 2) entry.fail('must be two tokens')
    const [a, b] = pair as [string, string]
    const to = a + b.slice(prefix.length)
    for (const token of [a, b, to])
      if (!ids.has(token)) entry.fail(`must be of tokens of the vocabulary, and give one: it has no ${JSON.stringify(token)}`)
    if (!merges.has(`${a} ${b}`)) merges.set(`${a} ${b}`, { rank, to })
  }

  const pieces = (word: string): string[] => {
    const characters = Array.from(word)
    const all: string[] = []
    let wasUnknown = false
    for (const [i, c] of characters.entries()) {
      const piece = (i ? prefix : '') + c + (i === characters.length - 1 ? suffix : '')
      const bytes = ids.has(piece) ? undefined : fallback ? byteTokens(piece, ids) : undefined
      if (ids.has(piece)) all.push(piece)
      else if (bytes) all.push(...bytes)
      else if (unknown !== undefined && !(fuse && wasUnknown)) all.push(unknown)
      wasUnknown = !ids.has(piece) && !bytes
    }
    return all
  }
  const merged = (word: string): string[] => {
    if (ignoreMerges && ids.has(word)) return [word]
    const tokens = pieces(word)
    for (;;) {
      let best: { rank: number; to: string; at: number } | undefined
      for (let i = 0; i + 1 < tokens.length; i++) {
        const merge = merges.get(`${tokens[i]} ${tokens[i + 1]}`)
        if (merge && (!best || merge.rank < best.rank)) best = { ...merge, at: i }
      }
      if (!best) return tokens
      tokens.splice(best.at, 2, best.to)
    }
  }
  const known = new Map<string, string[]>()
  return {
    ids,
    tokens(word) {
      const found = known.get(word) ?? merged(word)
      if (known.size < remembered) known.set(word, found)
      return found
    },
  }
}
