import { RangeError } from '@portolan/core'
import { expression, wordCharacters } from './pattern.ts'
import { Tokenizer } from './tokenizer.ts'
import { addedTokens, checkSpecial, template, tokenizerFile, type TrainTokenizerOptions } from './train-options.ts'

/** Options of `wordTokenizer`. */
export interface WordTokenizerOptions extends TrainTokenizerOptions {
  /** The most tokens, special ones included; the most frequent words are kept. Default: all. */
  vocabSize?: number
  /** How often a word must stand in the texts; default 1. */
  minFrequency?: number
  /** Whether words are made small; default true. */
  lowercase?: boolean
}

/** Words, the most frequent first; of those as frequent the first by its characters. */
function counted(texts: Iterable<string>, pattern: RegExp): [string, number][] {
  const counts = new Map<string, number>()
  for (const text of texts) for (const [word] of text.matchAll(pattern)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
}

/**
 * A tokenizer whose tokens are the words and signs of some texts: runs of letters, digits and marks, and of what is neither these nor white space.
 * What it does not know becomes '[UNK]', which must be one of the special tokens.
 *
 * @throws RangeError for an option out of range.
 * @example
 * const tokenizer = wordTokenizer(['A good film.', 'a bad film'], { vocabSize: 20_000 })
 * tokenizer.encode('A film').tokens            // ['a', 'film']
 */
export function wordTokenizer(texts: Iterable<string>, options: WordTokenizerOptions = {}): Tokenizer {
  const special = checkSpecial('wordTokenizer', options)
  const { vocabSize = Infinity, minFrequency = 1, lowercase = true } = options
  if (!special.includes('[UNK]')) throw new RangeError(`wordTokenizer: special must hold '[UNK]', got ${special.join(', ')}`)
  if (!(vocabSize > special.length))
    throw new RangeError(`wordTokenizer: vocabSize must be above the ${special.length} special tokens, got ${vocabSize}`)
  const small = function* (): Generator<string> {
    for (const text of texts) yield lowercase ? text.toLowerCase() : text
  }
  const words = counted(small(), new RegExp(`[${wordCharacters}]+|[^${wordCharacters}\\s]+`, 'gu'))
  const kept = words.filter(([word, n]) => n >= minFrequency && !special.includes(word)).slice(0, vocabSize - special.length)
  const vocab = Object.fromEntries([...special, ...kept.map(([word]) => word)].map((token, id) => [token, id]))
  return new Tokenizer(
    tokenizerFile({
      added_tokens: addedTokens(special),
      normalizer: lowercase ? { type: 'Lowercase' } : null,
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: template(special, options),
      decoder: null,
      model: { type: 'WordLevel', vocab, unk_token: '[UNK]' },
    }),
    'wordTokenizer',
  )
}

/**
 * A tokenizer whose tokens are the characters of some texts, in their order. What it does not know becomes '[UNK]', if that is one of
 * the special tokens; by default there are none, and it is an error.
 *
 * @throws RangeError for an option out of range.
 * @example
 * const tokenizer = characterTokenizer([play])
 * tokenizer.decode(tokenizer.encode('To be').ids)   // 'To be'
 */
export function characterTokenizer(texts: Iterable<string>, options: TrainTokenizerOptions = {}): Tokenizer {
  const special = checkSpecial('characterTokenizer', { special: [], ...options })
  const pattern = String.raw`[\s\S]`
  const characters = counted(texts, expression(pattern)).map(([c]) => c)
  const all = [...special, ...characters.filter(c => !special.includes(c)).toSorted()]
  if (!all.length) throw new RangeError('characterTokenizer: the texts must hold a character, got none')
  return new Tokenizer(
    tokenizerFile({
      added_tokens: addedTokens(special),
      pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      post_processor: template(special, options),
      decoder: { type: 'Fuse' },
      model: {
        type: 'WordLevel',
        vocab: Object.fromEntries(all.map((token, id) => [token, id])),
        ...(special.includes('[UNK]') && { unk_token: '[UNK]' }),
      },
    }),
    'characterTokenizer',
  )
}
