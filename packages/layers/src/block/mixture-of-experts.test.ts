import { beforeAll, describe, expect, it } from 'vitest'
import { compile, Lambda, Linear, RangeError, ready, seed, sgd, tensor, type Tensor } from '@portolan/core'
import { MixtureOfExperts } from './mixture-of-experts.ts'

beforeAll(() => ready())
const x = tensor(
  Float32Array.from({ length: 64 }, (_, i) => Math.sin(5 * i)),
  [4, 4, 4],
)

describe('MixtureOfExperts', () => {
  it('is one expert when all are the same', async () => {
    const moe = new MixtureOfExperts(4, 5, { topK: 3, expert: () => new Lambda((t: Tensor) => t.mul(2)) })
    const { y } = moe.forward(x)
    expect(y.shape).toEqual(x.shape)
    const expected = await x.mul(2).data()
    for (const [i, v] of (await y.data()).entries()) expect(v).toBeCloseTo(expected[i]!, 5)
  })

  it('has the balance topK when the gate does not care, and experts when it sends all to one', async () => {
    const moe = new MixtureOfExperts(4, 4, { topK: 1, expert: () => new Linear(4, 4) })
    const { weight } = moe.gate
    weight.value = weight.value.mul(0)
    expect(await moe.forward(x).balance.item()).toBeCloseTo(1, 6) // whoever is chosen, each is as likely
    weight.value = tensor([
      [1, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]).mul(100)
    const positive = x.abs().add(0.5)
    expect(await moe.forward(positive).balance.item()).toBeCloseTo(4, 4)
  })

  it('learns to balance', async () => {
    seed(3)
    const moe = new MixtureOfExperts(4, 4, { expert: () => new Linear(4, 4) })
    const { weight } = moe.gate
    weight.value = weight.value.add(
      tensor([
        [2, 2, 2, 2],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ]),
    )
    const positive = x.abs()
    const optimizer = sgd(2)
    const step = compile(() => optimizer.minimize(moe.gate, () => moe.forward(positive).balance))
    const first = await (await step()).item()
    let last = first
    for (let i = 0; i < 120; i++) last = await (await step()).item()
    expect(first).toBeGreaterThan(3)
    expect(last).toBeLessThan(2.3)
  })

  it('says what it does not take', () => {
    expect(() => new MixtureOfExperts(4, 3, { topK: 4, expert: () => new Linear(4, 4) })).toThrow(RangeError)
  })
})
