import { RangeError } from '@portolan/core'
import type { Transition, Transitions } from '../env/tabular.ts'

/** Options of `valueIteration`. */
export interface ValueIterationOptions {
  /** What the next step's worth counts for, γ: above 0 and at most 1; default 0.99. */
  readonly discount?: number
  /** It ends when no value changes by more than this; default 10⁻¹². */
  readonly tolerance?: number
  /** The most sweeps over all states; default 100,000. */
  readonly sweeps?: number
}

/** What is known of a task whose chances are known. */
export interface Plan {
  /** What each state is worth. */
  readonly values: Float64Array
  /** The best action in each state, the first of equals. */
  readonly policy: Int32Array
  /** How many sweeps that took. */
  readonly sweeps: number
}

/** What an action is worth: Σ p · (r + γ · V(s′)), an end being worth nothing. */
const worth = (outcomes: readonly Transition[], values: Float64Array, discount: number): number =>
  outcomes.reduce((sum, t) => sum + t.probability * (t.reward + (t.terminated ? 0 : discount * values[t.next]!)), 0)

/**
 * The best policy of a task whose chances are known: V(s) ← maxₐ Σ p(s′, r | s, a) · (r + γ · V(s′)), swept over all states until it stands still.
 * @throws RangeError for an option outside its range, and if it does not come to rest in so many sweeps.
 * @see Bellman, "Dynamic Programming", 1957; Sutton and Barto, section 4.4.
 * @example
 * const { values, policy } = valueIteration(frozenLake(), { discount: 0.99 })
 */
export function valueIteration(
  { transitions }: { readonly transitions: Transitions },
  { discount = 0.99, tolerance = 1e-12, sweeps = 100_000 }: ValueIterationOptions = {},
): Plan {
  if (!(discount > 0 && discount <= 1)) throw new RangeError(`valueIteration: discount must be above 0 and at most 1, got ${discount}.`)
  const values = new Float64Array(transitions.length)
  for (let sweep = 1; sweep <= sweeps; sweep++) {
    let change = 0
    for (const [s, actions] of transitions.entries()) {
      const best = Math.max(...actions.map(outcomes => worth(outcomes, values, discount)))
      change = Math.max(change, Math.abs(best - values[s]!))
      values[s] = best
    }
    if (change > tolerance) continue
    // rounding tells equals apart: one that is better by nothing is not better
    const policy = Int32Array.from(transitions, actions => {
      const of = actions.map(outcomes => worth(outcomes, values, discount))
      return of.findIndex(w => w >= Math.max(...of) - 1e-9)
    })
    return { values, policy, sweeps: sweep }
  }
  throw new RangeError(
    `valueIteration: values must come to rest within ${sweeps} sweeps, got changes above ${tolerance}. With a discount of 1 every policy must come to an end.`,
  )
}
