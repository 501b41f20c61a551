import { batchNorm, compile, concat, conv2d, grad, ready, type Tensor } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { close, noise } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { blockOf, isBlocked } from './blocked.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const block = await blockOf()

// What follows a convolution may become part of it: values and gradients must stay those of eager mode.
describe.skipIf(block === undefined)('chains in the blocked layout, which only some processors have', () => {
  const w = noise([32, 16, 3, 3]).mul(0.2)
  const [scale, shift] = [noise([32]).reshape([32, 1, 1]), noise([32]).reshape([1, 32, 1, 1])]
  const [wide, short] = [noise([32, 32, 3, 3]).mul(0.2), noise([32, 16, 1, 1])]
  const two = noise([32, 16, 2, 2]).mul(0.2)
  const [weight, bias] = [noise([32]), noise([32])]
  const conv = (x: Tensor): Tensor => conv2d(x, w, { padding: 1 })
  const chains: Record<string, (x: Tensor) => Tensor> = {
    relu: x => conv(x).relu(),
    'scale, shift and relu': x => conv(x).mul(scale).add(shift).relu(),
    'shift, then scale': x => conv(x).add(shift).mul(scale),
    'two shifts': x => conv(x).add(shift).sub(scale).relu(),
    'scale of a wide weight and few pixels': x => conv(x.slice(2, 0, 1).slice(3, 0, 1)).mul(scale),
    'a tensor used again after its relu': x => {
      const y = conv(x)
      return y.relu().add(y)
    },
    'a sum of two convolutions': x => conv(x).add(conv2d(x, short)).relu(),
    'a sum with itself': x => {
      const y = conv(x)
      return y.add(y).relu()
    },
    'a sum after relu': x => conv(x).relu().add(conv2d(x, short)).relu(),
    'a plain term': x =>
      conv(x)
        .add(concat([x, x], 1).mul(2))
        .relu(),
    'normalization by the batch': x => batchNorm(conv(x), { weight, bias }).y.relu(),
    'normalization, its statistics used': x => {
      const { y, mean, variance } = batchNorm(conv(x), { weight, bias })
      return y.mul(mean.add(variance).reshape([32, 1, 1]))
    },
    'normalization by given statistics': x =>
      batchNorm(conv(x), { weight, bias, statistics: { mean: bias, variance: weight.square() } }).y.relu(),
    'a residual block': x => {
      const y = batchNorm(conv(x), { weight, bias }).y.relu()
      return batchNorm(conv2d(y, wide, { padding: 1 }), { weight, bias })
        .y.add(y)
        .relu()
    },
    'a shortcut of stride 2': x =>
      conv2d(x, w, { padding: 1, stride: 2 })
        .add(conv2d(x, short, { stride: 2 }))
        .relu(),
    'windows of several sizes on few pixels': x => {
      const few = x.slice(0, 0, 1).slice(2, 0, 2).slice(3, 0, 2) // [1, 16, 2, 2]
      return conv2d(few, short)
        .add(conv2d(few, two))
        .add(conv2d(few, w, { padding: 1, stride: 2 }))
        .add(conv(few))
    },
    'means of the image': x => conv(x).relu().mean([2, 3]),
    'means that gate it': x => {
      const y = conv(x)
      return y.mul(y.mean([2, 3], true).sigmoid())
    },
    'one number at a time': x => conv(x).sigmoid().sub(0.5).clip(-0.2, 0.3).mul(conv(x).tanh()),
    'a choice': x => {
      const y = conv(x)
      return y.greater(0.1).where(y, y.mul(0.2))
    },
  }
  it.each(Object.entries(chains))('%s', async (_, f) => {
    let model: Uint8Array | undefined
    for (const batch of [16, 3]) {
      const x = noise([batch, 16, 6, 5])
      const g = noise([...f(x).shape])
      const step = (t: Tensor) => ({ y: f(t), dx: grad(t => f(t!).mul(g).sum())(t)[0]! })
      const expected = await compile(step)(x)
      const actual = await compile(step, { engine: onnx({ threads: 1, onCompile: info => (model = info.bytes) }) })(x)
      close(await actual.y.data(), await expected.y.data(), 1e-5, `batch ${batch}, y:`)
      close(await actual.dx.data(), await expected.dx.data(), 2e-5, `batch ${batch}, gradient:`)
      expect(isBlocked(model!)).toBe(true)
    }
  })
  it('normalization keeps its digits where the mean is a hundred times the deviation', async () => {
    const x = noise([16, 16, 8, 8])
    const k = noise([32, 16, 1, 1])
    const far = (t: Tensor): Tensor => batchNorm(conv2d(t, k).add(300), { weight, bias }).y
    const expected = await (await compile(far)(x)).data()
    let model: Uint8Array | undefined
    const engine = onnx({ threads: 1, onCompile: info => (model = info.bytes) })
    close(await (await compile(far, { engine })(x)).data(), expected, 1e-3)
    expect(isBlocked(model!)).toBe(true)
  })
  // ReLU's gradient as a product, rows of a weight gathered, columns joined: ways that only many numbers take
  it.each([1, 2])('many numbers, stride %d', async stride => {
    const x = noise([32, 16, 24, 24])
    const both = [w, wide] as const
    const f = (a: Tensor, b: Tensor): Tensor => conv2d(conv2d(x, a, { padding: 1 }).relu(), b, { padding: 1, stride }).relu()
    const g = noise([32, 32, 24 / stride, 24 / stride])
    const step = (a: Tensor, b: Tensor) => grad((a, b) => f(a!, b!).mul(g).mean())(a, b)
    const expected = await compile(step)(...both)
    let nodes: readonly string[] = []
    const engine = onnx({
      threads: 1,
      onCompile: ({ bytes }) =>
        (nodes = ['Gather', 'Concat', 'HardSigmoid'].filter(op => Buffer.from(bytes).includes(`"${String.fromCharCode(op.length)}${op}`))),
    })
    const actual = await compile(step, { engine })(...both)
    for (const [i, e] of expected.entries()) close(await actual[i]!.data(), await e.data(), 2e-5, `gradient ${i}:`)
    expect(nodes).toEqual(['Gather', 'Concat', 'HardSigmoid'])
  })
})
