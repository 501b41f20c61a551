import type { Engine } from '@portolan/core'
import { trainCnn } from './cnn.ts'

export const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!
export const options = { widths: [32, 64, 128], batch: 128, steps: 14 } as const

/** Milliseconds of each step but the first ones, with its loss read. */
export async function stepTimes(engine: Engine): Promise<number[]> {
  const times: number[] = []
  let last = performance.now()
  await trainCnn(engine, options, async (_, loss) => {
    await loss.item()
    times.push(performance.now() - last)
    last = performance.now()
  })
  return times.slice(3)
}
