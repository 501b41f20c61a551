import { HostRng } from '@portolan/core'
import type { ParallelTexts } from '@portolan/data'

/** A language made by rule: numbers said digit by digit are said backwards in another one's words. */
export function backwards(seed: number): Record<'train' | 'validation' | 'test', ParallelTexts> {
  const rng = new HostRng(seed)
  const here = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven']
  const there = ['null', 'eins', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben']
  const many = (n: number): ParallelTexts => {
    const numbers = Array.from({ length: n }, () => Array.from({ length: 2 + rng.integer(4) }, () => rng.integer(8)))
    return {
      source: numbers.map(digits => digits.map(d => here[d]).join(' ')),
      target: numbers.map(digits =>
        digits
          .map(d => there[d])
          .reverse()
          .join(' '),
      ),
    }
  }
  return { train: many(3000), validation: many(200), test: many(100) }
}
