import { HostRng } from '@portolan/core'
import { mutate } from './mutate.ts'
import type { Target } from './targets.ts'

/** The longest that the processor may be busy with one small file, in milliseconds. */
export const patience = 10_000

/** The nth file of a target: a function of the seed and n alone. */
export const nth = (seeds: readonly Uint8Array[], { words }: Target, seed: number, n: number): Uint8Array =>
  mutate(new HostRng(seed, n), seeds, words)

/** Has a target read mutations first … first + count − 1. @throws Error that names the first which it did not take as it should. */
export async function attack(
  target: Target,
  { seed, first, count, begin }: { seed: number; first: number; count: number; begin?: (n: number) => void },
): Promise<void> {
  const seeds = await target.seeds()
  for (const good of seeds) await target.read(good)
  for (let n = first; n < first + count; n++) {
    begin?.(n)
    const bytes = nth(seeds, target, seed, n)
    const started = process.cpuUsage()
    const before = process.resourceUsage().maxRSS
    try {
      await target.read(bytes)
    } catch (cause) {
      throw new Error(`${target.name}, seed ${seed}, mutation ${n}: ${(cause as Error).message}`, { cause })
    }
    const { user, system } = process.cpuUsage(started)
    const busy = (user + system) / 1000
    if (busy > patience) throw new Error(`${target.name}, seed ${seed}, mutation ${n}: took ${busy} ms`)
    const grown = (process.resourceUsage().maxRSS - before) * 1024
    if (grown > target.cap)
      throw new Error(`${target.name}, seed ${seed}, mutation ${n}: took ${grown} bytes of memory, at most ${target.cap} are allowed`)
  }
}
