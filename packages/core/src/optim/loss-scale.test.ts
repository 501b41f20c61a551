import { describe, expect, it } from 'vitest'
import { adam, compile, Param, RangeError, sgd, tensor, type Tensor } from '../index.ts'

const train = async (optimizer: ReturnType<typeof adam>, inputs: readonly number[], compiled = true) => {
  const w = new Param(tensor([1, -2]))
  optimizer.init({ w })
  const once = (x: Tensor): Tensor => optimizer.minimize({ w }, () => w.value.mul(x).square().sum())
  const step = compiled ? compile(once) : once
  const seen: { w: number[]; scale: number; step: number }[] = []
  for (const x of inputs) {
    await step(tensor(x))
    const [scale] = [optimizer.lossScale?.scale.value.dataSync()[0] ?? 1]
    seen.push({ w: [...w.value.dataSync()], scale, step: optimizer.step.value.dataSync()[0]! })
  }
  return seen
}

describe('lossScale', () => {
  it('changes no bit of a run in float32: the scale is a power of two', async () => {
    const inputs = [1, 0.5, 2, 1e-3]
    for (const compiled of [true, false]) {
      const plain = await train(adam(0.1), inputs, compiled)
      const scaled = await train(adam(0.1, { lossScale: {} }), inputs, compiled)
      expect(scaled.map(s => s.w)).toEqual(plain.map(s => s.w))
      expect(scaled.at(-1)!.scale).toBe(65_536)
    }
  })

  it('doubles after so many steps; a step that overflows changes nothing and halves it', async () => {
    const seen = await train(sgd(0.125, { lossScale: { start: 8, every: 2 } }), [1, 1, 1, Infinity, 1, NaN, 1, 1])
    expect(seen.map(s => s.scale)).toEqual([8, 16, 16, 8, 8, 4, 4, 8])
    expect(seen.map(s => s.step)).toEqual([1, 2, 3, 3, 4, 4, 5, 6])
    // each step that counts takes away 0.125 · 2w
    expect(seen.map(s => s.w[0])).toEqual([1, 2, 3, 3, 4, 4, 5, 6].map(n => 0.75 ** n))
  })

  it('a gradient that float32 holds and its multiple by the scale does not is an overflow', async () => {
    const seen = await train(sgd(1e-30, { lossScale: { start: 2 ** 100 } }), [1e10, 1e-10])
    expect(seen.map(s => s.scale)).toEqual([2 ** 99, 2 ** 99])
    expect(seen[0]!.w).toEqual([1, -2])
  })

  it('counts joint steps where several calls make one', async () => {
    const seen = await train(sgd(0.125, { accumulate: 2, lossScale: { start: 8 } }), [1, Infinity, 1, 1])
    expect(seen.map(s => s.scale)).toEqual([8, 4, 4, 4])
    expect(seen.map(s => s.w[0])).toEqual([1, 1, 1, 0.75])
  })

  it('wants a scale above 0', () => {
    expect(() => adam(1e-3, { lossScale: { start: 0 } })).toThrow(RangeError)
    expect(() => adam(1e-3, { lossScale: { every: 1.5 } })).toThrow(/every 1 or more steps, got 65536 and 1.5/)
  })
})
