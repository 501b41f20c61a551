/** What turns one sequence into another with the fewest changes. */
export interface Edits {
  readonly substitutions: number
  readonly deletions: number
  readonly insertions: number
}

/**
 * The fewest changes that turn `reference` into `hypothesis`, one for one, each of weight 1; of several ways the one with most substitutions.
 *
 * Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals", 1966.
 * @example
 * editDistance(['a', 'b'], ['b'])   // { substitutions: 0, deletions: 1, insertions: 0 }
 */
export function editDistance<T>(reference: ArrayLike<T>, hypothesis: ArrayLike<T>): Edits {
  const columns = hypothesis.length + 1
  // of the way to each place: all changes, and how many of them are insertions (deletions follow from where it is)
  let cost = Float64Array.from({ length: columns }, (_, j) => j)
  let substitutions = new Float64Array(columns)
  for (let i = 1; i <= reference.length; i++) {
    const nextCost = new Float64Array(columns)
    const nextSubstitutions = new Float64Array(columns)
    nextCost[0] = i
    for (let j = 1; j < columns; j++) {
      const differs = reference[i - 1] === hypothesis[j - 1] ? 0 : 1
      const ways = [
        [cost[j - 1]! + differs, substitutions[j - 1]! + differs],
        [cost[j]! + 1, substitutions[j]!],
        [nextCost[j - 1]! + 1, nextSubstitutions[j - 1]!],
      ] as const
      const best = ways.reduce((a, b) => (b[0] < a[0] || (b[0] === a[0] && b[1] > a[1]) ? b : a))
      ;[nextCost[j], nextSubstitutions[j]] = best
    }
    cost = nextCost
    substitutions = nextSubstitutions
  }
  const [all, replaced] = [cost[columns - 1]!, substitutions[columns - 1]!]
  const longer = hypothesis.length - reference.length // insertions − deletions
  return { substitutions: replaced, deletions: (all - replaced - longer) / 2, insertions: (all - replaced + longer) / 2 }
}
