import { compile, grad, ready, type Engine, type Tensor } from '@portolan/core'
import type { ConvAttrs } from '@portolan/core/engine'
import { onnx } from '@portolan/export-onnx'
import { close, noise } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { blockOf, isBlocked } from './blocked.ts'
import { engines } from './engines.ts'
import { convolve, outputSides } from './reference.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

interface Case {
  x: number[]
  w: number[]
  attrs: ConvAttrs
}

/** Forward and both gradients against the definition in float64: [name, engine or eager]. */
async function checkConv({ x: xShape, w: wShape, attrs }: Case, all: Record<string, Engine | undefined>): Promise<void> {
  const [x, w] = [noise(xShape), noise(wShape)]
  const g = noise([xShape[0]!, wShape[0]!, ...outputSides(xShape.slice(2), wShape.slice(2), attrs)])
  const f = (x: Tensor, w: Tensor) => x.op('conv', [w], attrs)
  const step = (x: Tensor, w: Tensor, g: Tensor) => ({ y: f(x, w), grads: grad((a, b) => f(a!, b!).mul(g).sum())(x, w) })
  const { y, dx, dw } = convolve(x.dataSync(), xShape, w.dataSync(), wShape, g.dataSync(), attrs)
  for (const [name, engine] of Object.entries(all)) {
    const program = compile(step, { engine })
    const result = await program(x, w, g)
    close(await result.y.data(), y, 1e-5, `y, ${name}:`)
    close(await result.grads[0]!.data(), dx, 1e-5, `gradient of the input, ${name}:`)
    // each is a sum over batch and image, which float32 rounds in whatever order an engine adds
    close(await result.grads[1]!.data(), dw, 2e-5, `gradient of the weight, ${name}:`)
    await program.dispose()
  }
}

const images = { '1-d': [11], '2-d': [9, 7], '3-d': [7, 5, 6] }
const kernels = { '1-d': [3], '2-d': [3, 2], '3-d': [2, 3, 2] }
const paddings = { 'no pads': [0, 0, 0, 0, 0, 0], 'asymmetric pads': [1, 0, 2, 0, 2, 1] }

describe.each(['1-d', '2-d', '3-d'] as const)(
  'conv, %s: every stride, dilation, grouping and padding is what the definition says',
  dims => {
    const spatial = images[dims].length
    const lists = (v: number): number[] => Array<number>(spatial).fill(v)
    for (const stride of [1, 2, 3])
      for (const dilation of [1, 2])
        for (const groups of [1, 2, 4])
          for (const [padding, pads] of Object.entries(paddings))
            it(`stride ${stride}, dilation ${dilation}, ${groups} groups, ${padding}`, () =>
              checkConv(
                {
                  x: [2, 4, ...images[dims]],
                  w: [4, 4 / groups, ...kernels[dims]],
                  attrs: {
                    stride: lists(stride),
                    dilation: lists(dilation),
                    groups,
                    pads: [...pads.slice(0, spatial), ...pads.slice(3, 3 + spatial)],
                  },
                },
                { eager: undefined, ...engines },
              ))
    it('strides and dilations that differ between axes', () =>
      checkConv(
        {
          x: [1, 2, ...images[dims]],
          w: [2, 2, ...kernels[dims]],
          attrs: {
            stride: [2, 1, 3].slice(0, spatial),
            dilation: [1, 2, 1].slice(0, spatial),
            groups: 1,
            pads: [...lists(1), ...lists(0)],
          },
        },
        { eager: undefined, ...engines },
      ))
  },
)

const block = await blockOf()

describe.skipIf(block === undefined)('conv in the blocked layout, which only some processors have, is what the definition says', () => {
  const square = { stride: [1, 1], dilation: [1, 1], groups: 1, pads: [1, 1, 1, 1] }
  const cases: Record<string, Case> = {
    '3 × 3': { x: [16, 16, 5, 6], w: [32, 16, 3, 3], attrs: square },
    'asymmetric pads, even kernel': { x: [16, 32, 5, 4], w: [16, 32, 2, 4], attrs: { ...square, pads: [0, 1, 2, 3] } },
    'no pads': { x: [16, 16, 5, 5], w: [16, 16, 3, 3], attrs: { ...square, pads: [0, 0, 0, 0] } },
    'kernel 1': { x: [16, 16, 3, 3], w: [16, 16, 1, 1], attrs: { ...square, pads: [0, 0, 0, 0] } },
    'stride 2': { x: [16, 16, 7, 6], w: [16, 16, 3, 3], attrs: { ...square, stride: [2, 2] } },
    'stride 3 and 1': { x: [4, 16, 8, 5], w: [32, 16, 3, 2], attrs: { ...square, stride: [3, 1] } },
    'one input channel': { x: [16, 1, 6, 6], w: [16, 1, 3, 3], attrs: square },
    'three input channels, stride 2': { x: [2, 3, 7, 7], w: [16, 3, 3, 3], attrs: { ...square, stride: [2, 2] } },
    'batch 3': { x: [3, 16, 5, 5], w: [16, 16, 3, 3], attrs: square },
    'more than one block of images': { x: [32, 16, 4, 4], w: [16, 16, 3, 3], attrs: square },
  }
  it.each(Object.entries(cases))('%s', async (_, c) => {
    let bytes: Uint8Array | undefined
    await checkConv(c, { auto: onnx({ threads: 1, onCompile: info => (bytes = info.bytes) }) })
    expect(isBlocked(bytes!)).toBe(true)
  })
  for (const [stride, dilation] of [
    [1, 1],
    [2, 1],
    [3, 1],
    [1, 2],
    [2, 2],
  ] as const)
    for (const kernel of [1, 2, 3])
      for (const side of [5, 6])
        for (const pads of [
          [0, 0, 0, 0],
          [1, 1, 1, 1],
          [2, 0, 1, 2],
        ])
          it(`stride ${stride}, dilation ${dilation}, kernel ${kernel}, ${side} × ${side + 1}, pads ${pads}`, () =>
            checkConv(
              {
                x: [16, 16, side, side + 1],
                w: [16, 16, kernel, kernel],
                attrs: { ...square, pads, stride: [stride, stride], dilation: [dilation, dilation] },
              },
              { auto: onnx({ threads: 1 }) },
            ))
  it.each([1, 2])('each channel by itself, stride %i', async stride => {
    let bytes: Uint8Array | undefined
    const attrs = { ...square, groups: 32, stride: [stride, stride] }
    await checkConv({ x: [16, 32, 8, 7], w: [32, 1, 3, 3], attrs }, { auto: onnx({ threads: 1, onCompile: info => (bytes = info.bytes) }) })
    expect(isBlocked(bytes!)).toBe(true)
  })
  it('groups and other channels decline it, and are right all the same', async () => {
    const other: Case[] = [
      { x: [2, 16, 5, 5], w: [16, 8, 3, 3], attrs: { ...square, groups: 2 } },
      { x: [2, 12, 5, 5], w: [24, 12, 3, 3], attrs: square },
    ]
    for (const c of other) await checkConv(c, engines)
  })
})
