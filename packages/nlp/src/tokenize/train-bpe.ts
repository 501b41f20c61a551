import { RangeError } from '@portolan/core'
import { byteCharacters, gpt2Pattern, toByteCharacters } from './byte-alphabet.ts'
import { PairQueue } from './pair-queue.ts'
import { Tokenizer } from './tokenizer.ts'
import { addedTokens, checkSpecial, template, tokenizerFile, type TrainTokenizerOptions } from './train-options.ts'

/** Options of `trainBpe`. */
export interface TrainBpeOptions extends TrainTokenizerOptions {
  /** The most tokens: special ones, the 256 bytes, and what is merged of them. */
  vocabSize: number
  /** How often a pair must stand in the texts to be merged; default 2. */
  minFrequency?: number
}

/** A word, as the numbers of its pieces, and how often it was there. */
interface Word {
  pieces: number[]
  readonly count: number
}

/**
 * Learns a byte-level BPE vocabulary: words are parted as in GPT-2, and again and again the pair of neighbours that is there most often
 * becomes one token; of several as frequent, that of the earlier tokens. It knows every text: what else is left is bytes.
 *
 * Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016; Radford et al., "Language Models are Unsupervised
 * Multitask Learners", 2019. The result is a `tokenizer.json` as of Hugging Face's BpeTrainer with ByteLevel.
 * @throws RangeError for an option out of range.
 * @example
 * const tokenizer = trainBpe(lines, { vocabSize: 8000, special: ['[PAD]', '[BOS]', '[EOS]'], begin: '[BOS]', end: '[EOS]' })
 * await saveTokenizer(tokenizer, 'tokenizer.json')
 */
export function trainBpe(texts: Iterable<string>, options: TrainBpeOptions): Tokenizer {
  const special = checkSpecial('trainBpe', { special: ['[PAD]'], ...options })
  const { vocabSize, minFrequency = 2 } = options
  const least = special.length + 256
  if (!(Number.isInteger(vocabSize) && vocabSize >= least))
    throw new RangeError(`trainBpe: vocabSize must be at least ${least}, the special tokens and 256 bytes, got ${vocabSize}`)
  if (!(minFrequency >= 1)) throw new RangeError(`trainBpe: minFrequency must be at least 1, got ${minFrequency}`)

  const vocab = [...special, ...byteCharacters.toSorted((a, b) => a.codePointAt(0)! - b.codePointAt(0)!)]
  const idOf = new Map(vocab.map((token, id) => [token, id]))
  const counts = new Map<string, number>()
  for (const text of texts) for (const [word] of text.matchAll(gpt2Pattern)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const words: Word[] = [...counts].map(([word, count]) => ({ pieces: Array.from(toByteCharacters(word), c => idOf.get(c)!), count }))

  // how often each pair is there, and in which words it was once seen
  const pairs = new Map<number, { count: number; words: Set<number> }>()
  const keyOf = (a: number, b: number): number => a * 2 ** 26 + b
  const queue = new PairQueue()
  const change = (a: number, b: number, by: number, word: number, changed?: Set<number>): void => {
    const key = keyOf(a, b)
    const pair = pairs.get(key) ?? { count: 0, words: new Set() }
    pairs.set(key, pair)
    pair.count += by
    if (by > 0) pair.words.add(word)
    changed?.add(key)
  }
  const offer = (key: number): void => {
    const { count } = pairs.get(key)!
    if (count >= minFrequency) queue.push({ a: Math.floor(key / 2 ** 26), b: key % 2 ** 26, count })
  }
  for (const [w, { pieces, count }] of words.entries())
    for (let i = 0; i + 1 < pieces.length; i++) change(pieces[i]!, pieces[i + 1]!, count, w)
  for (const key of pairs.keys()) offer(key)

  const merges: [string, string][] = []
  while (vocab.length < vocabSize) {
    const top = queue.pop()
    if (!top) break
    const pair = pairs.get(keyOf(top.a, top.b))!
    if (pair.count !== top.count) continue // it stands in the queue anew
    const token = vocab[top.a]! + vocab[top.b]!
    // different pairs may spell one token
    const id = idOf.get(token) ?? vocab.push(token) - 1
    idOf.set(token, id)
    merges.push([vocab[top.a]!, vocab[top.b]!])
    const changed = new Set<number>()
    for (const w of pair.words) {
      const { pieces, count } = words[w]!
      const next: number[] = []
      for (let i = 0; i < pieces.length; i++) {
        if (pieces[i] !== top.a || pieces[i + 1] !== top.b) {
          next.push(pieces[i]!)
          continue
        }
        next.push(id)
        i++
      }
      if (next.length === pieces.length) continue
      for (let i = 0; i + 1 < pieces.length; i++) change(pieces[i]!, pieces[i + 1]!, -count, w, changed)
      for (let i = 0; i + 1 < next.length; i++) change(next[i]!, next[i + 1]!, count, w, changed)
      words[w]!.pieces = next
    }
    for (const key of changed) offer(key)
  }
  return new Tokenizer(
    tokenizerFile({
      added_tokens: addedTokens(special),
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: template(special, options),
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        vocab: Object.fromEntries(vocab.map((t, id) => [t, id])),
        merges,
      },
    }),
    'trainBpe',
  )
}
