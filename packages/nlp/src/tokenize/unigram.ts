import { RangeError } from '@portolan/core'
import type { Part } from './part.ts'
import { byteTokens, type TokenModel } from './token-model.ts'

/** How much less likely than the least likely token an unknown character is. */
const penalty = 10

/** The tokens of a word whose probabilities have the largest product. Kudo, "Subword Regularization", 2018. */
export function unigram(part: Part): TokenModel {
  const entries = part.field('vocab').list()
  const scores = new Map<string, number>()
  const ids = new Map<string, number>()
  let longest = 0
  for (const [id, entry] of entries.entries()) {
    const [token, score, ...more] = entry.list()
    if (!token || !score || more.length) entry.fail('must be a token and its score')
    const text = token!.text()
    if (ids.has(text)) entry.fail('must stand in the vocabulary once')
    ids.set(text, id)
    scores.set(text, score!.number())
    longest = Math.max(longest, Array.from(text).length)
  }
  if (!ids.size) part.field('vocab').fail('must hold a token')
  const place = part.field('unk_id')
  const unknown = place.missing ? undefined : ([...ids.keys()][place.whole()] ?? place.fail('must be a token of the vocabulary'))
  const fallback = part.field('byte_fallback').flag(false)
  const unknownScore = [...scores.values()].reduce((a, b) => Math.min(a, b)) - penalty

  return {
    ids,
    tokens(word) {
      const characters = Array.from(word)
      const best = Array.from({ length: characters.length + 1 }, (_, i) => ({ score: i ? -Infinity : 0, from: 0, known: true }))
      const offer = (from: number, to: number, score: number, known: boolean): void => {
        if (score > best[to]!.score) best[to] = { score, from, known }
      }
      for (let from = 0; from < characters.length; from++) {
        const here = best[from]!.score
        let text = ''
        for (let to = from + 1; to <= Math.min(characters.length, from + longest); to++) {
          text += characters[to - 1]!
          const score = scores.get(text)
          if (score !== undefined && text !== unknown) offer(from, to, here + score, true)
        }
        if (!scores.has(characters[from]!)) offer(from, from + 1, here + unknownScore, false)
      }
      const found: { text: string; known: boolean }[] = []
      for (let to = characters.length; to > 0; to = best[to]!.from) {
        const { from, known } = best[to]!
        const text = characters.slice(from, to).join('')
        const next = found[0]
        // unknown neighbours are one
        if (!known && next && !next.known) next.text = text + next.text
        else found.unshift({ text, known })
      }
      return found.flatMap(({ text, known }) => {
        if (known) return [text]
        const bytes = fallback ? byteTokens(text, ids) : undefined
        if (bytes) return bytes
        if (unknown !== undefined) return [unknown]
        throw new RangeError(
          `Tokenizer: a text must be in the vocabulary, which has no token for what is unknown, got ${JSON.stringify(text)}`,
        )
      })
    },
  }
}
