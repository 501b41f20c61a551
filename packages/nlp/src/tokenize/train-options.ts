import { RangeError } from '@portolan/core'

/** What every tokenizer that is trained here takes. */
export interface TrainTokenizerOptions {
  /** Tokens that stand for no text: padding, a beginning, an end. They are the first numbers, from 0 on; by default only '[PAD]' and '[UNK]'. */
  special?: readonly string[]
  /** Which of them is put before each text, and which behind; default: none. */
  begin?: string
  end?: string
}

export const defaultSpecial = ['[PAD]', '[UNK]']

/** @throws RangeError for a special token that stands there twice or not at all. */
export function checkSpecial(name: string, { special = defaultSpecial, begin, end }: TrainTokenizerOptions): readonly string[] {
  const twice = special.find((token, i) => special.indexOf(token) !== i || !token)
  if (twice !== undefined) throw new RangeError(`${name}: special tokens must differ and hold text, got ${JSON.stringify(twice)}`)
  for (const [option, token] of Object.entries({ begin, end }))
    if (token !== undefined && !special.includes(token))
      throw new RangeError(`${name}: ${option} must be one of the special tokens (${special.join(', ')}), got ${token}`)
  return special
}

export const addedTokens = (special: readonly string[]): object[] =>
  special.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }))

/** What puts `begin` and `end` around texts; of two, `end` stands between. */
export function template(special: readonly string[], { begin, end }: TrainTokenizerOptions): object | null {
  if (begin === undefined && end === undefined) return null
  const token = (id: string | undefined, type_id: number): object[] => (id === undefined ? [] : [{ SpecialToken: { id, type_id } }])
  const text = (id: string, type_id: number): object => ({ Sequence: { id, type_id } })
  const used = special.filter(t => t === begin || t === end)
  return {
    type: 'TemplateProcessing',
    single: [...token(begin, 0), text('A', 0), ...token(end, 0)],
    pair: [...token(begin, 0), text('A', 0), ...token(end, 0), text('B', 1), ...token(end, 1)],
    special_tokens: Object.fromEntries(used.map(id => [id, { id, ids: [special.indexOf(id)], tokens: [id] }])),
  }
}

/** A file's outer part. */
export const tokenizerFile = (parts: {
  normalizer?: object | null
  pre_tokenizer: object
  post_processor: object | null
  decoder: object | null
  added_tokens: object[]
  model: object
}): object => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: parts.added_tokens,
  normalizer: parts.normalizer ?? null,
  pre_tokenizer: parts.pre_tokenizer,
  post_processor: parts.post_processor,
  decoder: parts.decoder,
  model: parts.model,
})
