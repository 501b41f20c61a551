import { compile, conv2d, grad, maxPool2d, ready, tensor, type Engine, type Tensor } from '@portolan/core'
import type { PoolAttrs } from '@portolan/core/engine'
import { onnx } from '@portolan/export-onnx'
import { close, ints, noise } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { blockOf, isBlocked } from './blocked.ts'
import { engines } from './engines.ts'
import { maxima, outputSides } from './reference.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

/** `f` pools numbers of which many are equal: values and gradient, where the first of a window takes all. */
async function checkTies(
  f: (x: Tensor) => Tensor,
  x: Tensor,
  { kernel, ...window }: PoolAttrs,
  all: Record<string, Engine | undefined>,
): Promise<void> {
  const g = noise([x.shape[0]!, x.shape[1]!, ...outputSides(x.shape.slice(2), kernel, window)])
  const expected = maxima(x.dataSync(), x.shape, g.dataSync(), kernel, window)
  const step = (x: Tensor, g: Tensor) => ({ y: f(x), dx: grad(t => f(t!).mul(g).sum())(x)[0]! })
  for (const [name, engine] of Object.entries(all)) {
    const result = await compile(step, { engine })(x, g)
    close(await result.y.data(), expected.y, 0, `${name}, y:`)
    close(await result.dx.data(), expected.dx, 1e-6, `${name}, gradient:`)
  }
}

const few = (...shape: number[]): Tensor => ints(shape, 3).cast('float32').sub(1)
const one = { stride: [1, 1], dilation: [1, 1], pads: [0, 0, 0, 0] }

describe('maxPool: the first of equal maxima has the gradient', () => {
  const cases: Record<string, [number[], PoolAttrs]> = {
    '2 × 2': [[2, 3, 6, 4], { ...one, kernel: [2, 2], stride: [2, 2] }],
    overlapping: [[2, 2, 7, 7], { ...one, kernel: [3, 3], stride: [2, 2] }],
    'overlapping, stride 1, pads': [[1, 2, 5, 4], { ...one, kernel: [3, 2], pads: [1, 1, 0, 1] }],
    'rows left over': [[2, 2, 5, 7], { ...one, kernel: [2, 3], stride: [2, 3] }],
    gaps: [[1, 2, 7, 7], { ...one, kernel: [2, 2], stride: [3, 3] }],
    dilation: [[1, 2, 7, 6], { ...one, kernel: [2, 2], stride: [2, 1], dilation: [2, 3] }],
    '1-d': [[2, 3, 9], { kernel: [3], stride: [2], pads: [1, 0], dilation: [1] }],
    '3-d': [[1, 2, 4, 4, 5], { kernel: [2, 2, 2], stride: [2, 1, 2], pads: [0, 1, 0, 1, 0, 0], dilation: [1, 1, 1] }],
  }
  it.each(Object.entries(cases))('%s', (_, [shape, attrs]) =>
    checkTies(x => x.op('maxPool', [], attrs), few(...shape), attrs, { eager: undefined, ...engines }),
  )
})

const block = await blockOf()

describe.skipIf(block === undefined)('maxPool in the blocked layout, which only some processors have', () => {
  const identity = tensor(
    Float32Array.from({ length: 256 }, (_, i) => (i % 17 ? 0 : 1)),
    [16, 16, 1, 1],
  )
  const cases: Record<string, [number[], number | [number, number]]> = {
    'windows of 2': [[16, 16, 6, 8], 2],
    'a row and a column left over': [[16, 16, 7, 5], 2],
    'windows of 3 × 2': [
      [16, 16, 6, 6],
      [3, 2],
    ],
    'two blocks of images': [[32, 16, 4, 4], 2],
  }
  it.each(Object.entries(cases))('%s, after a convolution: the first of equal maxima has the gradient', async (_, [shape, kernel]) => {
    let model: Uint8Array | undefined
    const sides = [kernel].flat().length === 2 ? (kernel as number[]) : [kernel as number, kernel as number]
    const f = (x: Tensor) => maxPool2d(conv2d(x, identity), kernel)
    await checkTies(
      f,
      few(...shape),
      { ...one, kernel: sides, stride: sides },
      { auto: onnx({ threads: 1, onCompile: info => (model = info.bytes) }) },
    )
    expect(isBlocked(model!)).toBe(true)
    expect(Buffer.from(model!).includes('ScatterElements')).toBe(false) // no index was needed
  })
  it('the filter of a convolution of few channels before it learns from each place of its windows', async () => {
    const cases = [
      { w: noise([16, 1, 3, 3]), side: 8, options: {} },
      { w: noise([16, 3, 3, 2]), side: 7, options: { padding: 1 } },
      { w: noise([16, 3, 4, 4]), side: 11, options: { stride: 2, padding: 2 } },
      { w: noise([32, 2, 2, 2]), side: 9, options: { dilation: 3, padding: 1 } },
    ] as const
    for (const { w, side, options } of cases) {
      const x = noise([16, w.shape[1]!, side, side + 1])
      const step = (t: Tensor) =>
        grad(w =>
          maxPool2d(conv2d(x, w!, options), 2)
            .relu()
            .square()
            .sum(),
        )(t)[0]!
      let model: Uint8Array | undefined
      const actual = await compile(step, { engine: onnx({ threads: 1, onCompile: info => (model = info.bytes) }) })(w)
      close(await actual.data(), await (await compile(step)(w)).data(), 2e-5)
      expect(Buffer.from(model!).includes('Upsample') || Buffer.from(model!).includes('Gather')).toBe(false)
    }
  })
  it.each([2, 3])('relu before or after it, windows of %i: both routes of the gradient are those of eager', async kernel => {
    // As small as a layer's first weights: a gradient near 1 that is left of sums in the hundreds would be off by their rounding.
    const w = noise([16, 16, 3, 3]).mul(1 / 12)
    const x = noise([16, 16, 6, 6])
    let model: Uint8Array | undefined
    const routes = [
      (t: Tensor) => maxPool2d(conv2d(t, w, { padding: 1 }).relu(), kernel),
      (t: Tensor) => maxPool2d(conv2d(t, w, { padding: 1 }), kernel).relu(),
    ]
    for (const f of routes) {
      const step = (t: Tensor) => ({ y: f(t), dx: grad(t => f(t!).square().sum())(t)[0]! })
      const expected = await compile(step)(x)
      const actual = await compile(step, { engine: onnx({ threads: 1, onCompile: info => (model = info.bytes) }) })(x)
      close(await actual.y.data(), await expected.y.data())
      close(await actual.dx.data(), await expected.dx.data())
      expect(isBlocked(model!)).toBe(true)
    }
  })
  it.each([
    ['windows of 3, a step of 2, padded', { stride: 2, padding: 1 }],
    ['windows of 3, a step of 1', { stride: 1 }],
  ] as const)('%s: maxima alone stay blocked, all of them negative', async (_, options) => {
    const x = noise([2, 16, 8, 9], { offset: -9 })
    let model: Uint8Array | undefined
    const f = (x: Tensor) => maxPool2d(conv2d(x, identity), 3, options)
    const actual = await compile(f, { engine: onnx({ threads: 1, onCompile: info => (model = info.bytes) }) })(x)
    close(await actual.data(), await (await compile(f)(x)).data(), 1e-6)
    expect(Buffer.from(model!).toString('latin1').split('ReorderOutput').length).toBe(2) // one, of the result
  })
})
