import { RangeError } from '@portolan/core'
import type { NextTokens } from './next-tokens.ts'

/** Options of `beamSearch`. */
export interface BeamSearchOptions {
  /** How many sequences are followed; 1 is greedy. Default 4. */
  beams?: number
  /** How many tokens at most, the end included. */
  maxTokens: number
  /** The token that ends a sequence. */
  end: number
  /** α of ((5 + length)/6)^α, by which the log-probability of a finished sequence is divided; default 0.6. 0: no matter how long. */
  lengthPenalty?: number
}

/** A sequence that was found. */
export interface Beam {
  /** What follows the prompt, without the end. */
  readonly tokens: readonly number[]
  /** Its log-probability, divided by the length penalty. */
  readonly score: number
  /** Whether it came to its end. */
  readonly finished: boolean
}

interface Open {
  readonly tokens: readonly number[]
  readonly logProbability: number
}

/** x − log Σ eˣ */
function logSoftmax(scores: Float32Array): Float64Array {
  let top = -Infinity
  for (const s of scores) if (s > top) top = s
  let sum = 0
  for (const s of scores) sum += Math.exp(s - top)
  const norm = top + Math.log(sum)
  return Float64Array.from(scores, s => s - norm)
}

/** The places of the k largest numbers, the largest first; of equal ones the first comes first. */
function largest(values: Float64Array, k: number): number[] {
  const best: number[] = []
  for (const [i, v] of values.entries()) {
    if (best.length === k && !(v > values[best[k - 1]!]!)) continue
    const at = best.findIndex(b => v > values[b]!)
    best.splice(at < 0 ? best.length : at, 0, i)
    if (best.length > k) best.pop()
  }
  return best
}

/**
 * The likeliest sequences, as far as following a few of them finds them; best first.
 *
 * It ends when as many are finished as there are beams and none that is open could become better, or after maxTokens.
 * Wu et al., "Google's Neural Machine Translation System", 2016, section 7 (the length penalty).
 * @throws RangeError for an option out of range, or an empty prompt.
 * @example
 * const [best] = await beamSearch(wholeSequences(runner(model), { length: 40, inputs: { source }, name: 'target' }), [begin], { beams: 5, maxTokens: 39, end })
 */
export async function beamSearch(
  model: NextTokens,
  prompt: readonly number[],
  { beams = 4, maxTokens, end, lengthPenalty = 0.6 }: BeamSearchOptions,
): Promise<Beam[]> {
  for (const [option, n] of Object.entries({ beams, maxTokens }))
    if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`beamSearch: ${option} must be a whole number of at least 1, got ${n}`)
  if (!(lengthPenalty >= 0 && lengthPenalty < Infinity))
    throw new RangeError(`beamSearch: lengthPenalty must be at least 0, got ${lengthPenalty}`)
  if (!prompt.length) throw new RangeError('beamSearch: the prompt must have a token, got none. Begin with one that means a beginning.')
  const penalized = (logProbability: number, length: number): number => logProbability / ((5 + length) / 6) ** lengthPenalty
  const beam = ({ tokens, logProbability }: Open, finished: boolean): Beam => ({
    tokens,
    score: penalized(logProbability, tokens.length + Number(finished)),
    finished,
  })
  let open: Open[] = [{ tokens: [], logProbability: 0 }]
  let from: number[] | undefined
  let done: Beam[] = []
  const byScore = (a: Beam, b: Beam): number => b.score - a.score
  for (let length = 1; length <= maxTokens; length++) {
    const scores = await model.next(
      open.map(o => [...prompt, ...o.tokens]),
      from,
    )
    const candidates = open.flatMap((o, i) => {
      const logs = logSoftmax(scores[i]!)
      return largest(logs, 2 * beams).map(token => ({ i, token, logProbability: o.logProbability + logs[token]! }))
    })
    const best = candidates.toSorted((a, b) => b.logProbability - a.logProbability || a.i - b.i || a.token - b.token).slice(0, 2 * beams)
    const next: Open[] = []
    const parents: number[] = []
    for (const [rank, { i, token, logProbability }] of best.entries()) {
      const { tokens } = open[i]!
      if (token === end) {
        if (rank < beams) done.push(beam({ tokens, logProbability }, true))
      } else if (next.length < beams) {
        next.push({ tokens: [...tokens, token], logProbability })
        parents.push(i)
      }
    }
    done = done.toSorted(byScore).slice(0, beams)
    open = next
    from = parents
    if (!open.length) break
    // log-probabilities only fall, and the penalty divides by most at the greatest length
    const hope = penalized(open[0]!.logProbability, maxTokens)
    if (done.length === beams && done.at(-1)!.score >= hope) break
  }
  return [...done, ...(done.length < beams ? open.map(o => beam(o, false)) : [])]
    .toSorted((a, b) => Number(b.finished) - Number(a.finished) || byScore(a, b))
    .slice(0, beams)
}
