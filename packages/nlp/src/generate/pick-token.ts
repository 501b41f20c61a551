import { RangeError, type HostRng } from '@portolan/core'

/** How one token is drawn from scores. */
export interface PickOptions {
  /** The scores are divided by it: below 1 the likely become likelier; 0 takes the likeliest. Default 1. */
  temperature?: number
  /** Only so many of the likeliest are taken; default: all. */
  topK?: number
  /** Only the likeliest that together have at least this probability are taken, 0 < topP ≤ 1; default 1. */
  topP?: number
}

/** @throws RangeError for an option out of range. */
export function checkPick({ temperature = 1, topK, topP = 1 }: PickOptions): void {
  if (!(temperature >= 0 && temperature < Infinity))
    throw new RangeError(`generate: temperature must be finite and at least 0, got ${temperature}`)
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1))
    throw new RangeError(`generate: topK must be a whole number of at least 1, got ${topK}`)
  if (!(topP > 0 && topP <= 1)) throw new RangeError(`generate: topP must be above 0 and at most 1, got ${topP}`)
}

/** The place of the largest number, the first of several. */
export function largest(scores: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i
  return best
}

/**
 * Draws a token by its scores: softmax(scores / temperature), first the topK likeliest kept, then those of topP. Of equal scores the first counts as likelier.
 *
 * scores: one for each token → a token. Fan et al., "Hierarchical Neural Story Generation", 2018 (top-k); Holtzman et al., "The Curious Case of Neural Text Degeneration", 2019 (top-p).
 * @throws RangeError for an option out of range.
 * @example
 * pickToken([0.1, 2, 0.3], new HostRng(1), { temperature: 0.8, topK: 2 })   // 1 or 2
 */
export function pickToken(scores: ArrayLike<number>, rng: HostRng, options: PickOptions = {}): number {
  checkPick(options)
  const { temperature = 1, topK = scores.length, topP = 1 } = options
  if (temperature === 0) return largest(scores)
  const order = Array.from({ length: scores.length }, (_, i) => i).toSorted((a, b) => scores[b]! - scores[a]! || a - b)
  const kept = order.slice(0, topK)
  const top = scores[kept[0]!]!
  const shares = kept.map(i => Math.exp((scores[i]! - top) / temperature))
  const total = shares.reduce((a, b) => a + b, 0)
  let count = 0
  let sum = 0
  while (count < shares.length && (count === 0 || sum < topP * total)) sum += shares[count++]!
  let at = rng.uniform() * sum
  for (let i = 0; i < count; i++) {
    at -= shares[i]!
    if (at < 0) return kept[i]!
  }
  return kept[count - 1]!
}
