import { beforeAll, describe, expect, it } from 'vitest'
import { compile, Conv2d, Linear, Param, PortolanError, ready, seed, sgd, tensor, variables, type Tensor } from '@portolan/core'
import { spectralNorm } from './spectral-norm.ts'
import { weightNorm } from './weight-norm.ts'

beforeAll(() => ready())
const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data())
const x = tensor(
  Float32Array.from({ length: 12 }, (_, i) => Math.sin(3 * i)),
  [3, 4],
)

/** The singular values' largest, by many steps of power iteration on WᵀW in float64. */
function largest(w: number[], rows: number): number {
  const columns = w.length / rows
  const times = (v: number[]): number[] => Array.from({ length: rows }, (_, i) => v.reduce((s, a, j) => s + a * w[i * columns + j]!, 0))
  const back = (u: number[]): number[] => Array.from({ length: columns }, (_, j) => u.reduce((s, a, i) => s + a * w[i * columns + j]!, 0))
  let v = Array.from({ length: columns }, (_, j) => 1 + j / 7)
  for (let i = 0; i < 500; i++) {
    const next = back(times(v))
    v = next.map(a => a / Math.hypot(...next))
  }
  return Math.hypot(...times(v))
}

describe('weightNorm', () => {
  it('changes nothing at first, then learns length and direction', async () => {
    seed(1)
    const layer = new Linear(4, 3)
    const before = await list(layer.forward(x))
    expect(weightNorm(layer)).toBe(layer)
    for (const [i, v] of (await list(layer.forward(x))).entries()) expect(v).toBeCloseTo(before[i]!, 6)
    expect([...variables(layer)].map(([path, v]) => [path, v.shape])).toEqual([
      ['bias', [3]],
      ['weight_g', [3, 1]],
      ['weight_v', [3, 4]],
    ])
    const start = await Promise.all([...variables(layer, Param).values()].map(p => list(p.value)))
    const optimizer = sgd(0.1)
    await compile(() => optimizer.minimize(layer, () => layer.forward(x).square().sum()))()
    for (const [i, p] of [...variables(layer, Param).values()].entries()) expect(await list(p.value)).not.toEqual(start[i])
  })
  it('may have lengths along another axis', () => {
    const layer = weightNorm(new Linear(4, 3), { axis: 1 })
    expect(variables(layer).get('weight_g')!.shape).toEqual([1, 4])
  })
})

describe('spectralNorm', () => {
  it('makes the largest singular value 1, and keeps it there while the weight changes', async () => {
    seed(2)
    const layer = spectralNorm(new Conv2d(2, 3, 2))
    const image = tensor(
      Float32Array.from({ length: 32 }, (_, i) => Math.cos(i)),
      [1, 2, 4, 4],
    )
    const optimizer = sgd(0.05)
    const step = compile(() => optimizer.minimize(layer, () => layer.forward(image).sub(1).square().mean()))
    for (let i = 0; i < 30; i++) await step()
    layer.eval()
    expect(largest(await list(layer.weight.value), 3)).toBeCloseTo(1, 3)
    expect(Math.abs(largest(await list(variables(layer).get('weight_orig')!.value), 3) - 1)).toBeGreaterThan(0.01)
  })
  it('leaves u and v as they are in evaluation', async () => {
    const layer = spectralNorm(new Linear(4, 3)).eval()
    const u = variables(layer).get('weight_u')!
    const before = await list(u.value)
    layer.forward(x)
    expect(await list(u.value)).toEqual(before)
    layer.train().forward(x)
    expect(await list(u.value)).not.toEqual(before)
  })
  it('is not put on what has another norm', () => {
    expect(() => weightNorm(spectralNorm(new Linear(4, 3)))).toThrow(PortolanError)
    expect(() => spectralNorm(spectralNorm(new Linear(4, 3)))).toThrow(/spectralNorm: the weight of this Linear is computed already/)
  })
})
