import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Embedding,
  LayerNorm,
  Linear,
  LSTM,
  maxPool2d,
  Module,
  MultiHeadAttention,
  ready,
  tensor,
  type AttentionInputs,
  type Tensor,
} from '@portolan/core'
import { ints, noise, runLayerTest, type LayerTest } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { exporter } from './exporter.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

type Spec<M extends Module> = Omit<LayerTest<M>, 'engines' | 'exporter' | 'forward'> & Partial<Pick<LayerTest<M>, 'forward'>>
const layer =
  <M extends Module & { forward(x: Tensor): Tensor }>(test: Spec<M>) =>
  () =>
    runLayerTest<M>({ forward: (layer, x) => layer.forward(x!), engines, exporter, ...test })

class Pool extends Module {
  forward(x: Tensor): Tensor {
    return maxPool2d(x, 2)
  }
}

const lstm = (layers: number): Record<string, number[]> =>
  Object.fromEntries(
    Array.from(
      { length: layers },
      (_, k) =>
        [
          [`weight_ih_l${k}`, [16, k ? 4 : 3]],
          [`weight_hh_l${k}`, [16, 4]],
          [`bias_ih_l${k}`, [16]],
          [`bias_hh_l${k}`, [16]],
        ] as [string, number[]][],
    ).flat(),
  )
const attention = { in_proj_weight: [12, 4], in_proj_bias: [12], 'out_proj.weight': [4, 4], 'out_proj.bias': [4] }
const seen = tensor(Uint8Array.of(1, 1, 0, 1, 1, 1, 0, 1, 1), [3, 3], 'bool')
const added = tensor([
  [0, -1, 2],
  [0.5, 0, -3],
  [1, 1, 0],
])
const masks: Record<string, AttentionInputs> = {
  self: {},
  causal: { causal: true },
  'a bool mask': { mask: seen },
  'a mask to add': { mask: added },
  'causal and a mask': { causal: true, mask: added },
}
const images = (n: number): Tensor[] => [noise([n, 2, 5, 6])]
const stats = { running_mean: [2], running_var: [2] }

const cases: Record<string, () => Promise<void>> = {
  Linear: layer({
    make: () => new Linear(3, 5),
    inputs: n => [noise([n, 3])],
    outputs: n => [[n, 5]],
    weights: { weight: [5, 3], bias: [5] },
  }),
  'Linear without bias': layer({
    make: () => new Linear(3, 5, { bias: false }),
    inputs: n => [noise([n, 3])],
    outputs: n => [[n, 5]],
    weights: { weight: [5, 3] },
  }),
  'Linear over sequences': layer({
    make: () => new Linear(3, 2),
    inputs: n => [noise([n, 4, 3])],
    outputs: n => [[n, 4, 2]],
    weights: { weight: [2, 3], bias: [2] },
  }),
  Conv2d: layer({
    make: () => new Conv2d(2, 4, 3),
    inputs: images,
    outputs: n => [[n, 4, 3, 4]],
    weights: { weight: [4, 2, 3, 3], bias: [4] },
  }),
  'Conv2d with groups, stride, dilation and asymmetric padding': layer({
    make: () => new Conv2d(2, 4, [2, 3], { groups: 2, stride: [2, 1], dilation: [1, 2], padding: [1, 0, 0, 2], bias: false }),
    inputs: images,
    outputs: n => [[n, 4, 3, 4]],
    weights: { weight: [4, 1, 2, 3] },
  }),
  "Conv2d with padding 'same'": layer({
    make: () => new Conv2d(2, 3, 4, { stride: 2, padding: 'same' }),
    inputs: images,
    outputs: n => [[n, 3, 3, 3]],
    weights: { weight: [3, 2, 4, 4], bias: [3] },
  }),
  'Conv2d of 16 channels': layer({
    make: () => new Conv2d(16, 16, 3, { padding: 1 }),
    inputs: n => [noise([n, 16, 4, 4])],
    outputs: n => [[n, 16, 4, 4]],
    weights: { weight: [16, 16, 3, 3], bias: [16] },
  }),
  BatchNorm1d: layer({
    make: () => new BatchNorm1d(2),
    inputs: n => [noise([n, 2], { scale: 3, offset: 1 })],
    outputs: n => [[n, 2]],
    weights: { weight: [2], bias: [2], ...stats },
  }),
  'BatchNorm1d over sequences': layer({
    make: () => new BatchNorm1d(2),
    inputs: n => [noise([n, 2, 3])],
    outputs: n => [[n, 2, 3]],
    weights: { weight: [2], bias: [2], ...stats },
  }),
  BatchNorm2d: layer({
    make: () => new BatchNorm2d(2, { momentum: 0.3, epsilon: 1e-3 }),
    inputs: images,
    outputs: n => [[n, 2, 5, 6]],
    weights: { weight: [2], bias: [2], ...stats },
  }),
  LayerNorm: layer({
    make: () => new LayerNorm(4),
    inputs: n => [noise([n, 3, 4])],
    outputs: n => [[n, 3, 4]],
    weights: { weight: [4], bias: [4] },
  }),
  Dropout: layer({ make: () => new Dropout(0.5), inputs: n => [noise([n, 6])], outputs: n => [[n, 6]], weights: {} }),
  maxPool2d: layer({ make: () => new Pool(), inputs: images, outputs: n => [[n, 2, 2, 3]], weights: {} }),
  Embedding: layer({
    make: () => new Embedding(3, 4),
    inputs: n => [ints([n, 6], 3)],
    outputs: n => [[n, 6, 4]],
    weights: { weight: [3, 4] },
  }),
  LSTM: () =>
    runLayerTest({
      make: () => new LSTM(3, 4),
      engines,
      exporter,
      weights: lstm(1),
      inputs: n => [noise([n, 5, 3])],
      forward: (layer, x) => {
        const [y, { h, c }] = layer.forward(x!)
        return [y, h.transpose([1, 0, 2]), c.transpose([1, 0, 2])]
      },
      outputs: n => [
        [n, 5, 4],
        [n, 1, 4],
        [n, 1, 4],
      ],
    }),
  'LSTM of two layers with a start': () =>
    runLayerTest({
      make: () => new LSTM(3, 4, { layers: 2 }),
      engines,
      exporter,
      weights: lstm(2),
      inputs: n => [noise([n, 3, 3]), noise([n, 2, 4]), noise([n, 2, 4])],
      forward: (layer, x, h, c) => {
        const [y, last] = layer.forward(x!, { state: { h: h!.transpose([1, 0, 2]), c: c!.transpose([1, 0, 2]) } })
        return [y, last.h.transpose([1, 0, 2]), last.c.transpose([1, 0, 2])]
      },
      outputs: n => [
        [n, 3, 4],
        [n, 2, 4],
        [n, 2, 4],
      ],
    }),
  ...Object.fromEntries(
    Object.entries(masks).map(([name, options]) => [
      `MultiHeadAttention, ${name}`,
      layer({
        make: () => new MultiHeadAttention(4, 2),
        inputs: n => [noise([n, 3, 4])],
        outputs: n => [[n, 3, 4]],
        weights: attention,
        forward: (layer, x) => layer.forward(x!, options),
      }),
    ]),
  ),
  'MultiHeadAttention, cross, with a mask for each example': () =>
    runLayerTest({
      make: () => new MultiHeadAttention(4, 2),
      engines,
      exporter,
      weights: attention,
      inputs: n => [
        noise([n, 3, 4]),
        noise([n, 5, 4]),
        noise([n, 5, 4]),
        ints([n, 5], 2)
          .maximum(tensor(Int32Array.of(1, 0, 0, 0, 0)))
          .cast('bool'),
      ],
      forward: (layer, query, key, value, mask) =>
        layer.forward(query!, { key: key!, value: value!, mask: mask!.reshape([query!.shape[0]!, 1, 1, 5]) }),
      outputs: n => [[n, 3, 4]],
    }),
}

describe('every layer', () => {
  it.each(Object.entries(cases))('%s', async (_, checkLayer) => checkLayer())
})
