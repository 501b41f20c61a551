import { RangeError, type HostRng } from '@portolan/core'

/** Which samples an epoch goes through, and in which order. */
export interface Sampler {
  /** What a loader's state knows it by. */
  readonly name: string
  /** Samples in an epoch. */
  readonly length: number
  /** Their numbers; `rng` belongs to the epoch alone. */
  order(rng: HostRng): Uint32Array
}

/** The samples of each class, in the order of the classes. */
export function byClass(labels: ArrayLike<number>): number[][] {
  const groups = new Map<number, number[]>()
  for (let i = 0; i < labels.length; i++) {
    const group = groups.get(labels[i]!)
    if (group) group.push(i)
    else groups.set(labels[i]!, [i])
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
}

/** Options of `balanced`. */
export interface BalancedOptions {
  /** Samples in an epoch; by default as many as there are labels. */
  readonly samples?: number
}

/**
 * Every class as often as any other, however rare: classes take turns in random order, and each goes through its own samples in
 * random order, again and again.
 *
 * @throws RangeError when there are no labels or `samples` is not a whole number of at least 1.
 *
 * @example
 * const batches = loader(train, { sampler: balanced(train.fields.label.data), seed: 7 })
 */
export function balanced(labels: ArrayLike<number>, { samples = labels.length }: BalancedOptions = {}): Sampler {
  if (!labels.length) throw new RangeError('balanced: at least one label is needed.')
  if (!Number.isInteger(samples) || samples < 1 || samples >= 2 ** 32)
    throw new RangeError(`balanced: samples must be a whole number of at least 1, got ${samples}.`)
  const groups = byClass(labels)
  return {
    name: 'balanced',
    length: samples,
    order(rng) {
      const decks = groups.map(group => ({ group, order: rng.permutation(group.length), next: 0 }))
      const out = new Uint32Array(samples)
      for (let i = 0; i < samples; i += groups.length) {
        const turns = rng.permutation(groups.length)
        for (let k = 0; k < turns.length && i + k < samples; k++) {
          const deck = decks[turns[k]!]!
          if (deck.next === deck.group.length) Object.assign(deck, { order: rng.permutation(deck.group.length), next: 0 })
          out[i + k] = deck.group[deck.order[deck.next++]!]!
        }
      }
      return out
    },
  }
}
