import { beforeAll, describe, expect, it } from 'vitest'
import {
  BatchNorm2d,
  compile,
  Conv2d,
  ConvTranspose2d,
  DropPath,
  DTypeError,
  Embedding,
  GroupNorm,
  GRU,
  grad,
  LayerNorm,
  LearnedPositions,
  LSTM,
  MultiHeadAttention,
  ones,
  PatchEmbedding,
  RangeError,
  ready,
  Rng,
  RNN,
  RotaryEmbedding,
  seed,
  sgd,
  ShapeError,
  tensor,
  TransformerEncoder,
  TransformerDecoder,
  UNetUp,
  zeros,
  type Tensor,
} from '../index.ts'

beforeAll(() => ready())
const list = async (t: Tensor): Promise<number[]> => Array.from(await t.data())
const waves = (shape: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(3 * i)),
    shape,
  )

describe('Embedding', () => {
  it('keeps the row of its padding at zero', async () => {
    const layer = new Embedding(4, 2, { paddingIdx: 1 })
    const optimizer = sgd(0.1)
    const before = await list(layer.weight.value)
    expect(before.slice(2, 4)).toEqual([0, 0])
    await compile(() => optimizer.minimize(layer, () => layer.forward(tensor([0, 1, 1], [3], 'int32')).sum()))()
    const after = await list(layer.weight.value)
    expect(after.map((v, i) => v !== before[i])).toEqual([true, true, false, false, false, false, false, false])
  })
  it('says when the padding is no row', () => {
    expect(() => new Embedding(4, 2, { paddingIdx: 4 })).toThrow(RangeError)
  })
})

describe('DropPath', () => {
  it('drops whole samples, a share p of them, and keeps the mean', async () => {
    const n = 4000
    const y = await list(new DropPath(0.3, { rng: new Rng(2) }).forward(ones([n, 2, 3])))
    const rows = Array.from({ length: n }, (_, i) => y.slice(6 * i, 6 * i + 6))
    for (const row of rows) expect(new Set(row).size).toBe(1)
    const kept = rows.filter(r => r[0] !== 0)
    expect(kept[0]![0]).toBeCloseTo(1 / 0.7, 6)
    expect(Math.abs(kept.length / n - 0.7)).toBeLessThan(4 * Math.sqrt(0.21 / n))
    expect(await list(new DropPath(0.3).eval().forward(ones([2, 2])))).toEqual([1, 1, 1, 1])
  })
})

describe('recurrent layers', () => {
  it('drop between their layers in training only', async () => {
    seed(1)
    const layer = new GRU(3, 4, { layers: 2, dropout: 0.5 })
    const x = waves([2, 5, 3])
    const [a, b] = [await list(layer.forward(x)[0]), await list(layer.forward(x)[0])]
    expect(a).not.toEqual(b)
    layer.eval()
    expect(await list(layer.forward(x)[0])).toEqual(await list(layer.forward(x)[0]))
  })
  it('go on from a state as if the sequence had not been cut', async () => {
    const layer = new LSTM(3, 4, { layers: 2 })
    const x = waves([2, 6, 3])
    const [whole, end] = layer.forward(x)
    const [, state] = layer.forward(x.slice(1, 0, 2))
    const [rest, last] = layer.forward(x.slice(1, 2), { state })
    expect(await list(rest)).toEqual(await list(whole.slice(1, 2)))
    expect(await list(last.c)).toEqual(await list(end.c))
  })
  it('see nothing after the length of a sequence', async () => {
    const layer = new RNN(3, 4, { bidirectional: true })
    const x = waves([2, 5, 3])
    const [y] = layer.forward(x, { lengths: tensor([3, 5], [2], 'int32') })
    const [cut] = layer.forward(x.slice(0, 0, 1).slice(1, 0, 3))
    expect(await list(y.slice(0, 0, 1))).toEqual([...(await list(cut)), ...Array<number>(16).fill(0)])
  })
  it('say what they do not take', () => {
    const layer = new LSTM(3, 4)
    expect(() => layer.forward(zeros([2, 5, 4]))).toThrow('LSTM: the input must be [n, t, inputSize 3], got [2,5,4]')
    expect(() => layer.forward(zeros([2, 5, 3]), { state: { h: zeros([2, 4]), c: zeros([2, 4]) } })).toThrow(
      /the state must be .* = \[1,2,4\], got \[2,4\]/,
    )
    expect(() => layer.forward(zeros([2, 5, 3]), { lengths: zeros([2]) })).toThrow(DTypeError)
    expect(() => layer.forward(zeros([2, 5, 3]), { lengths: zeros([3], 'int32') })).toThrow(ShapeError)
    expect(() => new GRU(3, 4, { dropout: 1 })).toThrow(/GRU: p must be/)
  })
})

describe('attention', () => {
  it('stays finite where every key is hidden, forward and backward', async () => {
    const layer = new MultiHeadAttention(4, 2)
    const keyMask = tensor(new Uint8Array(6), [2, 3], 'bool')
    const f = (x: Tensor): Tensor => layer.forward(x, { keyMask, causal: true }).square().sum()
    const [g] = grad(f)(waves([2, 3, 4]))
    for (const v of [...(await list(f(waves([2, 3, 4])))), ...(await list(g!))]) expect(Number.isFinite(v)).toBe(true)
  })
  it('drops weights in training only', async () => {
    const layer = new MultiHeadAttention(4, 2, { dropout: 0.5 })
    const x = waves([2, 3, 4])
    expect(await list(layer.forward(x))).not.toEqual(await list(layer.forward(x)))
    layer.eval()
    expect(await list(layer.forward(x))).toEqual(await list(layer.forward(x)))
  })
  it('knows by rotary places only how far apart two are', async () => {
    const rotary = new RotaryEmbedding(4)
    const [q, k] = [waves([1, 4]), waves([2, 4]).slice(0, 1)]
    const product = (i: number, j: number): Promise<number> =>
      rotary
        .forward(q, { offset: i })
        .mul(rotary.forward(k, { offset: j }))
        .sum()
        .item()
    expect(await product(9, 5)).toBeCloseTo(await product(4, 0), 5)
    expect(Math.abs((await product(9, 5)) - (await product(9, 6)))).toBeGreaterThan(1e-3)
  })
  it('says what it does not take', () => {
    expect(() => new MultiHeadAttention(5, 2)).toThrow('embedDim 5 does not divide into 2 heads')
    expect(() => new MultiHeadAttention(6, 3, { numKvHeads: 2 })).toThrow(ShapeError)
    expect(() => new MultiHeadAttention(6, 3, { rotary: new RotaryEmbedding(4) })).toThrow(/rotary must turn the 2 channels/)
    expect(() => new MultiHeadAttention(4, 2).forward(zeros([2, 3, 5]))).toThrow('query must be [n, t, 4], got [2,3,5]')
    expect(() => new MultiHeadAttention(4, 2).forward(zeros([2, 3, 4]), { keyMask: zeros([2, 3]) })).toThrow(DTypeError)
    expect(() => new RotaryEmbedding(3)).toThrow(ShapeError)
    expect(() => new LearnedPositions(2, 4).forward(zeros([1, 3, 4]))).toThrow(/t at most 2/)
  })
})

describe('Transformer', () => {
  it('does not look ahead when it is causal', async () => {
    const encoder = new TransformerEncoder(4, 2, { layers: 2, feedForward: 8, dropout: 0 })
    const decoder = new TransformerDecoder(4, 2, { layers: 1, feedForward: 8, dropout: 0, normFirst: true })
    const x = waves([1, 4, 4])
    const changed = x.add(tensor([0, 0, 0, 1], [1, 4, 1])) // the last place
    const first = (t: Tensor): Promise<number[]> => list(t.slice(1, 0, 3))
    expect(await first(encoder.forward(changed, { causal: true }))).toEqual(await first(encoder.forward(x, { causal: true })))
    expect(await first(decoder.forward(changed, waves([1, 2, 4])))).toEqual(await first(decoder.forward(x, waves([1, 2, 4]))))
    expect(await first(encoder.forward(changed))).not.toEqual(await first(encoder.forward(x)))
  })
})

describe('layers say what they do not take', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['Conv2d, channels', () => new Conv2d(3, 4, 3).forward(zeros([1, 5, 8, 8])), /Conv2d: axis 1 must be inChannels 3, got 5/],
    ['Conv2d, groups', () => new Conv2d(3, 4, 3, { groups: 2 }), /3 and 4 channels do not divide into 2 groups/],
    ['Conv2d, kernel', () => new Conv2d(3, 4, 0), /Conv2d: kernel must be an integer ≥ 1/],
    ['ConvTranspose2d', () => new ConvTranspose2d(3, 4, 3).forward(zeros([1, 2, 8, 8])), /ConvTranspose2d: axis 1/],
    ['LayerNorm', () => new LayerNorm([3, 4]).forward(zeros([2, 4, 3])), /must end in \[3,4\], got \[2,4,3\]/],
    ['GroupNorm', () => new GroupNorm(2, 5), /5 channels do not divide into 2 groups/],
    ['BatchNorm2d', () => new BatchNorm2d(2).forward(zeros([1, 2, 1, 1])), /more than one number for each channel/],
    ['PatchEmbedding', () => new PatchEmbedding(3, 8, 4).forward(zeros([1, 3, 6, 8])), /multiples of \[4,4\]/],
    ['UNetUp', () => new UNetUp(4, 2).forward(zeros([1, 4, 2, 2]), { skip: zeros([1, 2, 3, 3]) }), /the skip must be at least as large/],
  ])('%s', (_, f, message) => {
    expect(f).toThrow(ShapeError)
    expect(f).toThrow(message)
  })
})
