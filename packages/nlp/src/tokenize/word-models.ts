import { RangeError } from '@portolan/core'
import type { Part } from './part.ts'
import { vocabulary, type TokenModel } from './token-model.ts'

/** Each word is a token. */
export function wordLevel(part: Part): TokenModel {
  const ids = vocabulary(part.field('vocab'))
  const unknown = part.field('unk_token').missing ? undefined : part.field('unk_token').text()
  return {
    ids,
    tokens(word) {
      if (ids.has(word)) return [word]
      if (unknown !== undefined && ids.has(unknown)) return [unknown]
      throw new RangeError(
        `Tokenizer: a word must be in the vocabulary, which has no token for what is unknown, got ${JSON.stringify(word)}`,
      )
    },
  }
}

/** The longest token that a word begins with, then the longest that goes on, and so on. Schuster and Nakajima, "Japanese and Korean Voice Search", 2012. */
export function wordPiece(part: Part): TokenModel {
  const ids = vocabulary(part.field('vocab'))
  const prefix = part.field('continuing_subword_prefix').text('##')
  const unknown = part.field('unk_token').text('[UNK]')
  const longest = part.field('max_input_chars_per_word').whole(100)
  if (!ids.has(unknown)) part.field('unk_token').fail('must be a token of the vocabulary')
  return {
    ids,
    tokens(word) {
      const characters = Array.from(word)
      if (characters.length > longest) return [unknown]
      const found: string[] = []
      for (let from = 0; from < characters.length;) {
        let to = characters.length
        const piece = (): string => (from ? prefix : '') + characters.slice(from, to).join('')
        while (to > from && !ids.has(piece())) to--
        if (to === from) return [unknown]
        found.push(piece())
        from = to
      }
      return found
    },
  }
}
