import {
  adaptiveAvgPool,
  adaptiveMaxPool,
  avgPool2d,
  batchNorm,
  conv2d,
  convTranspose2d,
  globalAvgPool,
  globalMaxPool,
  gridSample,
  groupNorm,
  instanceNorm,
  layerNorm,
  maxPool2d,
  maxPoolWithIndices,
  maxUnpool2d,
  Module,
  nonMaxSuppression,
  ones,
  ready,
  resize,
  rmsNorm,
  roiAlign,
  zeros,
  type Tensor,
} from '@portolan/core'
import { close, ints, list, noise, type Fn } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { exporter } from './exporter.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

class Answer extends Module {
  constructor(readonly f: Fn) {
    super()
  }
  forward(...x: Tensor[]): Tensor[] {
    return list(this.f(...x))
  }
}

const w = noise([2, 2, 3, 3])
const row = noise([6])
const features = noise([2, 2, 5, 6])
const grid = (x: Tensor): Tensor => x.slice(1, 0, 2).transpose([0, 2, 3, 1])
/** Of images [n, 2, 5, 6]. */
const images: Record<string, Fn> = {
  ...Object.fromEntries(
    (['zeros', 'reflect', 'edge', 'wrap'] as const).map(
      paddingMode => [`conv2d, ${paddingMode}`, x => conv2d(x!, w, { padding: 1, paddingMode })] satisfies [string, Fn],
    ),
  ),
  'convTranspose2d, output padding': x => convTranspose2d(x!, w, { stride: 2, outputPadding: 1 }),
  'maxPool2d, ceil': x => maxPool2d(x!, 2, { ceilMode: true }),
  'maxPool2d, pads larger than the kernel': x => {
    const { values, indices } = maxPoolWithIndices(x!, 2, { dilation: 3, padding: 'same', stride: 1 })
    return [values, indices]
  },
  maxUnpool2d: x => {
    const { values, indices } = maxPoolWithIndices(x!, 2)
    return maxUnpool2d(values, indices, 2, { size: [5, 6] })
  },
  'avgPool2d, ceil': x => avgPool2d(x!, 3, { stride: 2, padding: 1, ceilMode: true }),
  adaptiveAvgPool: x => adaptiveAvgPool(x!, [3, 4]),
  adaptiveMaxPool: x => adaptiveMaxPool(x!, [3, 4]),
  'globalAvgPool, globalMaxPool': x => [globalAvgPool(x!), globalMaxPool(x!)],
  norms: x => [
    groupNorm(x!, 1),
    instanceNorm(x!),
    rmsNorm(x!, row),
    layerNorm(x!, ones([5, 6]), zeros([5, 6])),
    batchNorm(x!, { statistics: { mean: zeros([2]), variance: ones([2]) } }).y,
  ],
  resize: x => [
    resize(x!, { scale: 2 }),
    resize(x!, { size: [7, 4] }),
    resize(x!, { size: [7, 4], mode: 'nearestExact' }),
    resize(x!, { size: [7, 4], mode: 'linear' }),
    resize(x!, { size: [7, 4], mode: 'cubic' }),
    resize(x!, { scale: 1.3, mode: 'linear' }),
  ],
  gridSample: x =>
    (['zeros', 'border', 'reflection'] as const).flatMap(padding => [
      gridSample(x!, grid(x!), { padding }),
      gridSample(x!, grid(x!), { padding, mode: 'nearest' }),
    ]),
}
const corners = (n: number): Tensor => noise([n, 4], { scale: 3 })
const cases: Record<string, [f: Fn, inputs: (n: number) => Tensor[]]> = {
  ...Object.fromEntries(
    Object.entries(images).map(([name, f]) => [name, [f, (n: number) => [noise([n, 2, 5, 6])]] as [Fn, (n: number) => Tensor[]]]),
  ),
  'roiAlign, boxes left open': [
    (boxes, image) => roiAlign(features, boxes!, { image: image!, size: 2, samples: 2 }),
    n => [corners(n), ints([n], 2)],
  ],
  'nonMaxSuppression, boxes left open': [
    (boxes, scores) => {
      const { indices, count } = nonMaxSuppression(boxes!, scores!, { maxOutput: 4, iouThreshold: 0.3 })
      return [indices, count]
    },
    n => [corners(n), noise([n])],
  ],
}

describe('in a file, the first axis left open: what eager gives', () => {
  it.each(Object.entries(cases))('%s', async (_, [f, inputs]) => {
    const model = new Answer(f)
    const run = await exporter(model, inputs(2))
    for (const n of [1, 3, 7]) {
      const x = inputs(n)
      const [expected, actual] = [model.forward(...x), await run(x)]
      expect(actual.map(t => [t.dtype, ...t.shape])).toEqual(expected.map(t => [t.dtype, ...t.shape]))
      for (const [i, t] of expected.entries()) close(await actual[i]!.data(), await t.data(), 1e-5, `output ${i} at ${n}:`)
    }
  })
})
