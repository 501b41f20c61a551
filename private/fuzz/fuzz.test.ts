import { describe, expect, it } from 'vitest'
import { attack, nth } from './attack.ts'
import { judge, targets } from './targets.ts'

// 100,000 of each: npm run fuzz
describe('readers of files that are not quite right', () => {
  it.each(targets)('$name: 2,000 mutations', async target => {
    await expect(attack(target, { seed: 1, first: 0, count: 2000 })).resolves.toBeUndefined()
  })
})

describe('the attack itself', () => {
  it('makes the same files from one seed, and others from another', async () => {
    const [target] = targets
    const seeds = await target!.seeds()
    const all = (seed: number) => Array.from({ length: 200 }, (_, n) => Buffer.from(nth(seeds, target!, seed, n)).toString('hex'))
    expect(all(1)).toEqual(all(1))
    expect(new Set([...all(1), ...all(2)]).size).toBeGreaterThan(350)
  })
  it('notices a reader that fails', async () => {
    const broken = { ...targets[0]!, read: async (b: Uint8Array) => void (b.length % 7 === 3 && judge(new TypeError('oops'), '')) }
    await expect(attack(broken, { seed: 1, first: 0, count: 200 })).rejects.toThrow(
      /safetensors, seed 1, mutation \d+: not an error of ours: TypeError: oops/,
    )
  })
})
