import { createInterface } from 'node:readline'
import type { Ready } from '../process.ts'

/** Warming up ends early after this many milliseconds: some peers need a minute for a step. */
const warmingLimit = 30_000

/**
 * What is the same for all contenders in JavaScript: warms up, says READY, then trains on command. A run gives its losses and makes
 * one step or, counted as its share each, several.
 */
export async function serve(
  run: () => number[] | Promise<number[]>,
  warmups: number,
  info: () => Omit<Ready, 'losses' | 'warmups'>,
  stepsARun = 1,
): Promise<void> {
  const start = performance.now()
  let done = 0
  const losses: number[] = []
  while (done < warmups && performance.now() - start < warmingLimit) {
    losses.push(...(await run()))
    done++
  }
  process.stdout.write(`READY ${JSON.stringify({ ...info(), losses, warmups: done } satisfies Ready)}\n`)
  for await (const line of createInterface({ input: process.stdin })) {
    const times: number[] = []
    while (times.length < Number(line)) {
      const before = performance.now()
      await run()
      const share = (performance.now() - before) / stepsARun
      for (let i = 0; i < stepsARun; i++) times.push(share)
    }
    process.stdout.write(`${JSON.stringify(times)}\n`)
  }
  process.exit(0)
}
