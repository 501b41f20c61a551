import { RangeError } from '@portolan/core'

/** @throws RangeError unless every one is a whole number from `low` to `high`. */
export function checkCounts(what: string, counts: Readonly<Record<string, number>>, low = 1, high = 2 ** 24): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < low || value > high)
      throw new RangeError(`${what}: ${name} must be a whole number from ${low} to ${high}, got ${value}.`)
  }
}

/** Streams of random numbers for training and for testing, one for each sample: a sample does not depend on how many there are. */
export const WORDS = 2 ** 20
