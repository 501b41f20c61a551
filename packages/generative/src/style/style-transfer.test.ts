import { join } from 'node:path'
import { Conv2d, PortolanError, RangeError, ready, ReLU, Rng, seed, Sequential, tensor, zeros, type Tensor } from '@portolan/core'
import { readSafetensors } from '@portolan/core/node'
import { beforeAll, describe, expect, it } from 'vitest'
import { LayerMaps } from './layer-maps.ts'
import { styleTransfer } from './style-transfer.ts'

beforeAll(async () => void (await ready()))

const layers = () =>
  new Sequential([new Conv2d(3, 4, 3, { padding: 1 }), new ReLU(), new Conv2d(4, 5, 3, { stride: 2, padding: 1 }), new ReLU()])
const at = { low: 1, high: 3 } as const

describe('styleTransfer', () => {
  it("is PyTorch's: the losses of each step, and the pixels after six of Adam", async () => {
    const file = join(import.meta.dirname, '../../../../private/golden/generative/style_transfer.safetensors')
    const { tensors } = await readSafetensors(file)
    const given = (name: string): Tensor => tensor(tensors[name]!.data, tensors[name]!.shape)
    const maps = new LayerMaps(layers(), at)
    for (const [i, layer] of [maps.layers[0], maps.layers[2]].entries()) {
      const { weight, bias } = layer as Conv2d
      weight.value = given(`weights/${2 * i}.weight`)
      bias!.value = given(`weights/${2 * i}.bias`)
    }
    const losses: number[] = []
    const options = { content: { high: 2 }, style: { low: 30, high: 50 }, smooth: 0.3, steps: 6, rate: 0.05 }
    const picture = await styleTransfer(
      maps,
      { content: given('content'), style: given('style') },
      { ...options, onStep: (_, { content, style }) => void losses.push(content, style) },
    )
    expect(picture.shape).toEqual([1, 3, 8, 6])
    Array.from(tensors['losses']!.data as ArrayLike<number>).forEach((v, i) => expect(losses[i]).toBeCloseTo(v, 5))
    const found = await picture.data()
    Array.from(tensors['picture']!.data as ArrayLike<number>).forEach((v, i) => expect(found[i], `pixel ${i}`).toBeCloseTo(v, 4))
  })

  const pictures = { content: new Rng(1).uniform([1, 3, 12, 12]), style: new Rng(2).uniform([1, 3, 16, 16]).mul(0.3) }
  const random = (): LayerMaps => (seed(3), new LayerMaps(layers(), at))
  it('takes over the style from any start, within the range, and leaves the network as it is', async () => {
    const [maps, losses] = [random(), [] as number[]]
    const before = [...(await (maps.layers[0] as Conv2d).weight.value.data())]
    const picture = await styleTransfer(maps, pictures, {
      content: { high: 0 },
      style: { low: 1, high: 1 },
      steps: 40,
      rate: 0.05,
      range: [0.1, 0.9],
      start: new Rng(4).uniform([1, 3, 12, 12]),
      onStep: (step, { style }) => void (losses[step - 1] = style),
    })
    expect(losses).toHaveLength(40)
    expect(losses.at(-1)!).toBeLessThan(0.05 * losses[0]!)
    const pixels = await picture.data()
    expect(Math.min(...pixels)).toBeCloseTo(0.1, 6)
    expect(Math.max(...pixels)).toBeLessThanOrEqual(0.9)
    expect([...(await (maps.layers[0] as Conv2d).weight.value.data())]).toEqual(before)
  })
  it('stays at the content where style counts for nothing', async () => {
    const picture = await styleTransfer(random(), pictures, { content: { high: 1 }, style: { low: 0 }, steps: 3 })
    expect(await picture.data()).toEqual(await pictures.content.data())
  })

  it('says what does not fit', async () => {
    const options = { content: { high: 1 }, style: { low: 1 } }
    await expect(styleTransfer(random(), pictures, { ...options, steps: 0 })).rejects.toThrow(RangeError)
    await expect(styleTransfer(random(), pictures, { ...options, style: { middle: 1 } })).rejects.toThrow(PortolanError)
    await expect(styleTransfer(random(), pictures, { ...options, style: { middle: 1 } })).rejects.toThrow(/must give middle, got low, high/)
  })
})

describe('LayerMaps', () => {
  it('gives what comes out of the layers named, and runs none behind them', () => {
    const sequence = layers()
    const maps = new LayerMaps(sequence, { first: 0, low: 1 }).forward(zeros([2, 3, 4, 4]).add(1))
    expect(Object.keys(maps)).toEqual(['first', 'low'])
    const expected = (sequence[0] as Conv2d).forward(zeros([2, 3, 4, 4]).add(1))
    expect(maps.first!.dataSync()).toEqual(expected.dataSync())
    expect(maps.low!.dataSync()).toEqual(expected.relu().dataSync())
  })
  it('says which layers there are not', () => {
    expect(() => new LayerMaps(layers(), { high: 4 })).toThrow(/high: 4/)
    expect(() => new LayerMaps(layers(), {})).toThrow(RangeError)
  })
})
