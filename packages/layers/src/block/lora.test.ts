import { beforeAll, describe, expect, it } from 'vitest'
import { compile, Linear, PortolanError, RangeError, ready, seed, sgd, tensor, trainable, type Tensor } from '@portolan/core'
import { LoRALinear } from './lora.ts'

beforeAll(() => ready())
const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data())
const x = tensor(
  Float32Array.from({ length: 12 }, (_, i) => Math.sin(3 * i)),
  [3, 4],
)

/** A layer that has learned a little. */
async function learned(): Promise<{ base: Linear; layer: LoRALinear }> {
  seed(1)
  const base = new Linear(4, 5)
  const layer = new LoRALinear(base, { rank: 2, alpha: 6 })
  const optimizer = sgd(0.1)
  const step = compile(() => optimizer.minimize(layer, () => layer.forward(x).sub(1).square().mean()))
  for (let i = 0; i < 5; i++) await step()
  return { base, layer }
}

describe('LoRALinear', () => {
  it('is its base at first, of which nothing is learned', async () => {
    seed(1)
    const base = new Linear(4, 5)
    const expected = await list(base.forward(x))
    expect(await list(new LoRALinear(base).forward(x))).toEqual(expected)
    const { layer } = await learned()
    expect([...trainable(layer).keys()]).toEqual(['lora_a', 'lora_b'])
    expect(await list(layer.base.forward(x))).toEqual(expected) // one seed, one start
    expect(await list(layer.forward(x))).not.toEqual(expected)
  })

  it('answers the same merged, unmerged and in a compiled program', async () => {
    const { base, layer } = await learned()
    const before = { y: await list(layer.forward(x)), weight: await list(base.weight.value) }
    const program = compile(() => layer.forward(x))
    const close = async (y: Tensor, expected: number[]): Promise<void> => {
      for (const [i, v] of (await list(y)).entries()) expect(v).toBeCloseTo(expected[i]!, 5)
    }
    await close(await program(), before.y)
    layer.merge()
    expect(layer.merged).toBe(true)
    await close(base.forward(x), before.y)
    await close(await program(), before.y)
    layer.unmerge()
    await close(base.weight.value, before.weight)
    await close(await program(), before.y)
  })

  it('is not merged twice, nor of rank 0', async () => {
    const layer = new LoRALinear(new Linear(4, 5))
    expect(() => layer.unmerge()).toThrow('it is not merged')
    layer.merge()
    expect(() => layer.merge()).toThrow(PortolanError)
    expect(() => new LoRALinear(new Linear(4, 5), { rank: 0 })).toThrow(RangeError)
  })
})
