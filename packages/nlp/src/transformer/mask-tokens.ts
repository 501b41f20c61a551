import { RangeError, type HostRng } from '@portolan/core'

/** Options of `maskTokens`. */
export interface MaskTokensOptions {
  /** The token that hides another: [MASK]. */
  mask: number
  /** Any of these may stand in place of a token: 0 … vocabSize − 1. */
  vocabSize: number
  /** Tokens that are never hidden: padding, [CLS], [SEP]. */
  special: readonly number[]
  /** How many of the tokens are to be told, 0 … 1; default 0.15. */
  rate?: number
}

/**
 * Hides tokens for masked-language modelling: of those chosen, 80 % become [MASK], 10 % any token, 10 % stay.
 *
 * ids: tokens of any number of texts → new ids, and labels: the tokens that were chosen, −100 elsewhere (`crossEntropy`'s ignoreIndex).
 * Devlin et al., "BERT", 2018, section 3.1.
 * @throws RangeError unless 0 ≤ rate ≤ 1, and mask and special are tokens.
 * @example
 * const { ids, labels } = maskTokens(batch, new HostRng(1), { mask: 4, vocabSize: 8000, special: [0, 1, 2, 3, 4] })
 */
export function maskTokens(
  ids: Int32Array,
  rng: HostRng,
  { mask, vocabSize, special, rate = 0.15 }: MaskTokensOptions,
): { ids: Int32Array; labels: Int32Array } {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`maskTokens: rate must be in 0 … 1, got ${rate}`)
  for (const token of [mask, ...special])
    if (!(Number.isInteger(token) && token >= 0 && token < vocabSize))
      throw new RangeError(`maskTokens: mask and special must be in 0 … ${vocabSize - 1}, got ${token}`)
  const never = new Set(special)
  const hidden = ids.slice()
  const labels = new Int32Array(ids.length).fill(-100)
  for (const [i, token] of ids.entries()) {
    if (never.has(token) || rng.uniform() >= rate) continue
    labels[i] = token
    const way = rng.uniform()
    if (way < 0.8) hidden[i] = mask
    else if (way < 0.9) hidden[i] = rng.integer(vocabSize)
  }
  return { ids: hidden, labels }
}
