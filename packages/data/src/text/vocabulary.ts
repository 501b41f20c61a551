import { FormatError, RangeError } from '@portolan/core'

/** Tokens and their numbers. Plain `tokens` are all there is to save. */
export interface Vocabulary {
  /** By their numbers; the specials come first. */
  readonly tokens: readonly string[]
  /** What stands for tokens that are not in it; undefined for nothing. */
  readonly unknown: string | undefined
  /** The number of a token. @throws RangeError when it is not in it and nothing stands for the unknown. */
  id(token: string): number
  /** int32 [t] */
  encode(tokens: readonly string[]): Int32Array
  /** @throws RangeError when a number stands for none. */
  decode(ids: ArrayLike<number>): string[]
}

/** Options of `vocabulary`. */
export interface VocabularyOptions {
  /** Come first, whether they occur or not; by default `<pad>` and `<unk>`: padding is 0. */
  readonly specials?: readonly string[]
  /** Which of the specials stands for tokens that are not in it; by default `<unk>` if it is one. */
  readonly unknown?: string
  /** Tokens that occur less often are left out; by default 1. */
  readonly minCount?: number
  /** The most tokens, with the specials; the most frequent stay. By default all. */
  readonly maxSize?: number
}

/**
 * The tokens of texts, the more frequent first; those as frequent in alphabetical order.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * const words = vocabulary(texts.map(t => t.split(' ')), { minCount: 2 })
 * words.encode(['a', 'good', 'film']) // Int32Array
 */
export function vocabulary(sequences: Iterable<readonly string[]>, options: VocabularyOptions = {}): Vocabulary {
  const { specials = ['<pad>', '<unk>'], minCount = 1, maxSize = Infinity } = options
  if (!(minCount >= 1)) throw new RangeError(`vocabulary: minCount must be at least 1, got ${minCount}.`)
  if (!(maxSize >= specials.length + 1))
    throw new RangeError(`vocabulary: maxSize must leave room beside the ${specials.length} specials, got ${maxSize}.`)
  const counts = new Map<string, number>()
  for (const sequence of sequences) for (const token of sequence) counts.set(token, (counts.get(token) ?? 0) + 1)
  for (const special of specials) counts.delete(special)
  const found = [...counts].filter(([, n]) => n >= minCount).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  return vocabularyOf([...specials, ...found.map(([token]) => token).slice(0, maxSize - specials.length)], options.unknown)
}

/**
 * The vocabulary of these tokens, by their places: one that was saved.
 *
 * @throws FormatError when a token is no text or there twice, or the one for the unknown is missing.
 *
 * @example
 * const words = vocabularyOf(JSON.parse(saved) as string[])
 */
export function vocabularyOf(tokens: readonly string[], unknown = tokens.includes('<unk>') ? '<unk>' : undefined): Vocabulary {
  const ids = new Map<string, number>()
  tokens.forEach((token: unknown, i) => {
    if (typeof token !== 'string') throw new FormatError(`vocabularyOf: token ${i} must be a text, got ${String(token)}.`)
    if (ids.has(token)) throw new FormatError(`vocabularyOf: '${token}' is there twice, as ${ids.get(token)} and as ${i}.`)
    ids.set(token, i)
  })
  const other = unknown === undefined ? undefined : ids.get(unknown)
  if (unknown !== undefined && other === undefined)
    throw new FormatError(`vocabularyOf: '${unknown}', for the unknown, is not among the tokens.`)
  const id = (token: string): number => {
    const found = ids.get(token) ?? other
    if (found === undefined)
      throw new RangeError(
        `Vocabulary: '${token}' is not among its ${tokens.length} tokens. Give it one for the unknown: specials: ['<unk>'].`,
      )
    return found
  }
  return {
    tokens,
    unknown,
    id,
    encode: all => Int32Array.from(all, id),
    decode: all =>
      Array.from(all, i => {
        const token = tokens[i]
        if (token === undefined) throw new RangeError(`Vocabulary: ${i} stands for no token, there are ${tokens.length}, numbered from 0.`)
        return token
      }),
  }
}
