import {
  batchNormalization,
  convolution,
  dense,
  embedding,
  flatten,
  gru,
  lambda,
  maxPooling,
  Module,
  modules,
  ready,
  sequential,
  tensor,
  transposedConvolution,
  type Layer,
  type Tensor,
} from '@portolan/core'
import * as layers from '@portolan/layers'
import {
  AlphaDropout,
  ChannelDropout,
  Dropout,
  DropPath,
  GaussianDropout,
  GaussianNoise,
  GRU,
  Linear,
  LSTM,
  MixtureOfExperts,
  RNN,
  RReLU,
  silu,
} from '@portolan/layers'
import { ints, noise, runLayerTest, type GoldenTensor } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { exporter } from './exporter.ts'
import { layerCases } from './layer-cases.ts'
import { zooCases, type ZooCase } from './zoo-golden.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

/** Like an input of the case, for a batch of n: numbers around those of the case, or indices and masks as it has them. */
function like({ shape, dtype, data }: GoldenTensor, n: number): Tensor {
  const batch = [n, ...shape.slice(1)]
  const numbers = data.map(Number)
  if (dtype === 'float32') return noise(batch, { offset: numbers.some(v => v < 0) ? 0 : 1.5 })
  if (dtype === 'int32') return ints(batch, Math.max(...numbers) + 1)
  const rows = data.length / shape[0]!
  return tensor(
    Uint8Array.from({ length: n * rows }, (_, i) => numbers[i % data.length]!),
    batch,
    dtype,
  )
}

const shapes = (c: ZooCase, n: number): number[][] => c.outputs.map(t => [n, ...t.shape.slice(1)])

describe('every layer and block keeps what all layers keep', () => {
  for (const c of zooCases) {
    const { make, forward, notGeneral } = layerCases[c.name]!
    if (notGeneral) continue
    it(c.name, () =>
      runLayerTest({
        make,
        forward,
        engines,
        exporter,
        inputs: n => c.inputs.map(t => like(t, n)),
        outputs: n => shapes(c, n),
        weights: Object.fromEntries(Object.entries(c.state).map(([path, t]) => [path, t.shape])),
      }),
    )
  }
})

const drawing: [string, () => Layer][] = [
  ['Dropout', () => new Dropout(0.3)],
  ['DropPath', () => new DropPath(0.3)],
  ['ChannelDropout', () => new ChannelDropout(0.3)],
  ['AlphaDropout', () => new AlphaDropout(0.3)],
  ['GaussianDropout', () => new GaussianDropout(0.3)],
  ['GaussianNoise', () => new GaussianNoise(0.3)],
  ['RReLU', () => new RReLU()],
]

it('leaves no layer of the catalogue out', () => {
  const made = new Set(
    [...Object.values(layerCases).map(({ make }) => make()), ...drawing.map(([, make]) => make())].flatMap(layer =>
      [...modules(layer).values()].map(m => m.constructor),
    ),
  )
  const classes = Object.entries(layers).filter(([, x]) => typeof x === 'function' && x.prototype instanceof Module)
  expect(classes.length).toBeGreaterThan(120)
  expect(classes.flatMap(([name, x]) => (made.has(x) ? [] : [name]))).toEqual([])
})

const recurrent = (gates: number, hidden: number, inputs: readonly number[], directions: readonly string[]): Record<string, number[]> =>
  Object.fromEntries(
    inputs.flatMap((size, k) =>
      directions.flatMap(
        d =>
          [
            [`weight_ih_l${k}${d}`, [gates * hidden, size]],
            [`weight_hh_l${k}${d}`, [gates * hidden, hidden]],
            [`bias_ih_l${k}${d}`, [gates * hidden]],
            [`bias_hh_l${k}${d}`, [gates * hidden]],
          ] as [string, number[]][],
      ),
    ),
  )
const stacked = { layers: 2, bidirectional: true } as const
const batchFirst = (state: Tensor): Tensor => state.transpose([1, 0, 2])

describe('and so do those whose state has the batch second, with and without lengths', () => {
  const sequences = (n: number): Tensor[] => [noise([n, 4, 3])]
  const cut = (n: number): Tensor[] => [noise([n, 4, 3]), ints([n], 5)]
  const outputs = (n: number): number[][] => [
    [n, 4, 4],
    [n, 4, 2],
  ]
  it('RNN', () =>
    runLayerTest({
      make: () => new RNN(3, 2, stacked),
      engines,
      exporter,
      inputs: sequences,
      outputs,
      weights: recurrent(1, 2, [3, 4], ['', '_reverse']),
      forward: (layer, x) => {
        const [y, h] = layer.forward(x!)
        return [y, batchFirst(h)]
      },
    }))
  it('GRU', () =>
    runLayerTest({
      make: () => new GRU(3, 2, stacked),
      engines,
      exporter,
      inputs: cut,
      outputs,
      weights: recurrent(3, 2, [3, 4], ['', '_reverse']),
      forward: (layer, x, lengths) => {
        const [y, h] = layer.forward(x!, { lengths: lengths! })
        return [y, batchFirst(h)]
      },
    }))
  it('LSTM', () =>
    runLayerTest({
      make: () => new LSTM(3, 2, stacked),
      engines,
      exporter,
      inputs: cut,
      outputs: n => [...outputs(n), [n, 4, 2]],
      weights: recurrent(4, 2, [3, 4], ['', '_reverse']),
      forward: (layer, x, lengths) => {
        const [y, { h, c }] = layer.forward(x!, { lengths: lengths! })
        return [y, batchFirst(h), batchFirst(c)]
      },
    }))
  it('MixtureOfExperts', () =>
    runLayerTest({
      make: () => new MixtureOfExperts(3, 2, { topK: 2, expert: () => new Linear(3, 3) }),
      engines,
      exporter,
      inputs: n => [noise([n, 3])],
      outputs: n => [[n, 3]],
      weights: {
        'gate.weight': [2, 3],
        'experts.0.weight': [3, 3],
        'experts.0.bias': [3],
        'experts.1.weight': [3, 3],
        'experts.1.bias': [3],
      },
      forward: (layer, x) => layer.forward(x!).y,
    }))
})

describe('and so do those that draw random numbers, which are the same on every engine', () => {
  it.each(drawing)('%s', (_, make) =>
    runLayerTest({
      make,
      engines,
      exporter,
      inputs: n => [noise([n, 3, 5])],
      outputs: n => [[n, 3, 5]],
      weights: {},
      forward: (layer, x) => layer.forward(x!),
    }),
  )
})

describe('and so do models that sequential makes', () => {
  it('of images', () =>
    runLayerTest({
      make: () =>
        sequential(
          [2, 8, 8],
          [
            convolution(3, 3, { padding: 1, bias: false }),
            batchNormalization(),
            lambda(silu),
            maxPooling(2),
            transposedConvolution(2, 2, { stride: 2 }),
            flatten(),
            dense(4),
          ],
        ),
      engines,
      exporter,
      inputs: n => [noise([n, 2, 8, 8])],
      outputs: n => [[n, 4]],
      forward: (layer, x) => layer.forward(x!),
      weights: {
        '0.weight': [3, 2, 3, 3],
        '1.weight': [3],
        '1.bias': [3],
        '1.running_mean': [3],
        '1.running_var': [3],
        '4.weight': [3, 2, 2, 2],
        '4.bias': [2],
        '6.weight': [4, 128],
        '6.bias': [4],
      },
    }))
  it('of words', () =>
    runLayerTest({
      make: () => sequential([4], [embedding(5, 3), gru(2, { bidirectional: true }), dense(2)], { dtype: 'int32' }),
      engines,
      exporter,
      inputs: n => [ints([n, 4], 5)],
      outputs: n => [[n, 2]],
      forward: (layer, x) => layer.forward(x!),
      weights: {
        '0.weight': [5, 3],
        ...Object.fromEntries(Object.entries(recurrent(3, 2, [3], ['', '_reverse'])).map(([path, shape]) => [`1.layer.${path}`, shape])),
        '2.weight': [2, 4],
        '2.bias': [2],
      },
    }))
})
