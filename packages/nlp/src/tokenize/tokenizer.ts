import { FormatError, RangeError } from '@portolan/core'
import { addedTokensOf, finder, type AddedToken, type Found } from './added-tokens.ts'
import { bpe } from './bpe.ts'
import { decoderOf, type Decoder } from './decoders.ts'
import { normalizerOf, type Normalizer } from './normalizers.ts'
import { made, Part, type Makers } from './part.ts'
import { postProcessorOf, type PostProcessor } from './post-processors.ts'
import { preTokenizerOf, type PreTokenizer } from './pre-tokenizers.ts'
import type { TokenModel } from './token-model.ts'
import { unigram } from './unigram.ts'
import { wordLevel, wordPiece } from './word-models.ts'

/** A text as tokens. */
export interface Encoding {
  readonly ids: number[]
  readonly tokens: string[]
  /** 0 for the first text, 1 for the second. */
  readonly segments: number[]
}

/** Options of a tokenizer's `encode`. */
export interface EncodeOptions {
  /** A second text, behind the first. */
  pair?: string
  /** Whether special tokens are put around; default true. */
  special?: boolean
  /** The most tokens, special ones included: of two texts the longer one is cut, at its end. Default: what the file says, or no limit. */
  maxLength?: number
}

const models: Makers<TokenModel> = { BPE: bpe, WordPiece: wordPiece, WordLevel: wordLevel, Unigram: unigram }

/**
 * Makes numbers of texts and texts of numbers, as a `tokenizer.json` says: Hugging Face's format, read and written by many programs.
 * Padding that a file asks for is left to the loader.
 *
 * @throws FormatError that names the place in the file for what is missing, wrong or not supported.
 * @example
 * const tokenizer = await readTokenizer('gpt2/tokenizer.json')
 * const { ids } = tokenizer.encode('Hello world')
 * tokenizer.decode(ids)                        // 'Hello world'
 */
export class Tokenizer {
  readonly #json: string
  readonly #normalize: Normalizer
  readonly #preTokenize: PreTokenizer
  readonly #model: TokenModel
  readonly #postProcess: PostProcessor
  readonly #decode: Decoder
  readonly #raw: (text: string) => Found[]
  readonly #normalized: (text: string) => Found[]
  readonly #ids: ReadonlyMap<string, number>
  readonly #tokens: ReadonlyMap<number, string>
  readonly #special: ReadonlySet<number>
  readonly #maxLength: number

  /** json: the text of a file, or what stands in it; source: what errors call it. */
  constructor(json: string | object, source = 'tokenizer.json') {
    this.#json = typeof json === 'string' ? json : JSON.stringify(json)
    const root = new Part(parsed(this.#json, source), `${source}: $`)
    this.#normalize = normalizerOf(root.field('normalizer'))
    this.#preTokenize = preTokenizerOf(root.field('pre_tokenizer'))
    const model = root.field('model')
    this.#model = model.field('type').missing ? bpe(model) : made(model, models)
    this.#postProcess = postProcessorOf(root.field('post_processor'))
    this.#decode = decoderOf(root.field('decoder'))
    const added = addedTokensOf(root.field('added_tokens'))
    this.#raw = finder(
      added.filter(t => !t.normalized),
      t => t.content,
    )
    this.#normalized = finder(
      added.filter(t => t.normalized),
      t => this.#normalize(t.content),
    )
    this.#ids = new Map([...this.#model.ids, ...added.map(t => [t.content, t.id] as const)])
    this.#tokens = new Map([...this.#ids].map(([token, id]) => [id, token]))
    if (this.#tokens.size !== this.#ids.size) root.field('added_tokens').fail('must have numbers of their own')
    this.#special = new Set(added.filter(t => t.special).map(t => t.id))
    const truncation = root.field('truncation')
    this.#maxLength = truncation.missing ? Infinity : truncation.field('max_length').whole()
    if (!truncation.missing) {
      truncation.field('direction').choice(['Right'], 'Right')
      truncation.field('strategy').choice(['LongestFirst'], 'LongestFirst')
    }
  }

  /** One more than the largest number of a token. */
  get size(): number {
    return [...this.#tokens.keys()].reduce((a, b) => Math.max(a, b)) + 1
  }
  /** The number of a token. @throws RangeError if there is none. */
  idOf(token: string): number {
    const id = this.#ids.get(token)
    if (id === undefined) throw new RangeError(`Tokenizer: the token must be in the vocabulary, got ${JSON.stringify(token)}`)
    return id
  }
  /** The token of a number. @throws RangeError if there is none. */
  tokenOf(id: number): string {
    const token = this.#tokens.get(id)
    if (token === undefined) throw new RangeError(`Tokenizer: a number must be that of a token, in 0 … ${this.size - 1}, got ${id}`)
    return token
  }

  /** @throws RangeError for a word that is not known where the vocabulary has no token for such, or a maxLength that special tokens fill alone. */
  encode(text: string, { pair, special = true, maxLength = this.#maxLength }: EncodeOptions = {}): Encoding {
    let [first, second] = [this.#tokensOf(text), pair === undefined ? undefined : this.#tokensOf(pair)]
    const around = (): ReturnType<PostProcessor> => this.#postProcess(first, second).filter(p => special || !p.special)
    const over = around().length - maxLength
    if (over > 0) {
      let [a, b] = [first.length, second?.length ?? 0]
      if (over > a + b) throw new RangeError(`Tokenizer: maxLength must leave room for the special tokens, got ${maxLength}`)
      for (let i = 0; i < over; i++)
        if (b >= a) b--
        else a--
      first = first.slice(0, a)
      second = second?.slice(0, b)
    }
    const placed = around()
    return { ids: placed.map(p => this.idOf(p.token)), tokens: placed.map(p => p.token), segments: placed.map(p => p.segment) }
  }

  /** The text of tokens; special ones are left out unless `special` is true. @throws RangeError for a number that is no token's. */
  decode(ids: ArrayLike<number>, { special = false }: { special?: boolean } = {}): string {
    const tokens = Array.from(ids)
      .filter(id => special || !this.#special.has(id))
      .map(id => this.tokenOf(id))
    return tokens.length ? this.#decode(tokens).join('') : ''
  }

  /** What it was made of: write it to a file, and `new Tokenizer` of it is this one. */
  toJSON(): object {
    return JSON.parse(this.#json) as object
  }

  #tokensOf(text: string): string[] {
    let first = true
    const words = (part: string): string[] =>
      this.#normalized(this.#normalize(part)).flatMap(found => {
        const begins = first
        first = false
        return isAdded(found) ? [found.content] : this.#preTokenize(found, begins).flatMap(word => this.#model.tokens(word))
      })
    return this.#raw(text).flatMap(found => {
      if (!isAdded(found)) return words(found)
      first = false
      return [found.content]
    })
  }
}

const isAdded = (found: Found): found is AddedToken => typeof found === 'object'

function parsed(json: string, source: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new FormatError(`${source}: must be JSON (${(cause as Error).message})`, { cause })
  }
}
