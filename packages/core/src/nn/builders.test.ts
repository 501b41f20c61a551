import { describe, expect, it } from 'vitest'
import {
  averagePooling,
  batchNormalization,
  convolution,
  dense,
  dropout,
  embedding,
  flatten,
  globalAveragePooling,
  globalMaxPooling,
  groupNormalization,
  gru,
  lambda,
  layerNormalization,
  lstm,
  maxPooling,
  rnn,
  sequential,
  ShapeError,
  tensor,
  transposedConvolution,
  upsampling,
  variables,
  zeros,
  type LayerBuilder,
} from '../index.ts'

const shapeOf = (input: number[], builders: LayerBuilder[]): readonly number[] =>
  sequential(input, builders).forward(zeros([3, ...input])).shape

describe('builders', () => {
  it('infer what they are made from, for sequences, images and volumes', () => {
    const net = (input: number[]): readonly number[] =>
      shapeOf(input, [
        convolution(4, 3, { padding: 1 }),
        batchNormalization(),
        lambda(x => x.relu()),
        maxPooling(2),
        convolution(6, 3, { padding: 'same', groups: 2 }),
        groupNormalization(3),
        averagePooling(2),
        upsampling(2),
        transposedConvolution(5, 2, { stride: 2 }),
      ])
    expect(net([2, 8])).toEqual([3, 5, 8])
    expect(net([2, 8, 12])).toEqual([3, 5, 8, 12])
    expect(net([2, 4, 4, 8])).toEqual([3, 5, 4, 4, 8])
  })

  it('go from images to classes, with names by number', () => {
    const model = sequential(
      [1, 28, 28],
      [convolution(4, 3), lambda(x => x.relu()), maxPooling(2), flatten(), dropout(0.2), dense(10, { bias: false }), layerNormalization()],
    )
    expect([...variables(model)].map(([path, v]) => [path, v.shape])).toEqual([
      ['0.weight', [4, 1, 3, 3]],
      ['0.bias', [4]],
      ['4.rng.state', [3]],
      ['5.weight', [10, 676]],
      ['6.weight', [10]],
      ['6.bias', [10]],
    ])
    expect(shapeOf([4, 5, 5], [globalAveragePooling()])).toEqual([3, 4])
    expect(shapeOf([4, 5, 5], [globalMaxPooling(), batchNormalization()])).toEqual([3, 4])
  })

  it('make recurrent layers that give every output or the last of each direction', async () => {
    expect(shapeOf([7, 5], [lstm(4, { sequences: true }), gru(3, { bidirectional: true, layers: 2 })])).toEqual([3, 6])
    const both = sequential([7, 5], [rnn(4, { bidirectional: true, sequences: true })])
    const x = tensor(
      Float32Array.from({ length: 35 }, (_, i) => Math.sin(i)),
      [1, 7, 5],
    )
    const every = await both.forward(x).data()
    const model = sequential([7, 5], [rnn(4, { bidirectional: true })])
    for (const [path, v] of variables(model)) v.value = variables(both).get(path)!.value
    // the way there ends at the last place, the way back at the first
    expect(Array.from(await model.forward(x).data())).toEqual([...every.slice(48, 52), ...every.slice(4, 8)])
  })

  it('begin with integers for an embedding', () => {
    const model = sequential([6], [embedding(10, 4), lambda(x => x.mean(1)), dense(2)], { dtype: 'int32' })
    expect(model.forward(zeros([3, 6], 'int32')).shape).toEqual([3, 2])
  })

  it('name the layer that does not fit', () => {
    expect(() => sequential([8], [dense(4), convolution(2, 3)])).toThrow(ShapeError)
    expect(() => sequential([8], [dense(4), convolution(2, 3)])).toThrow(/sequential: layer 1: convolution: needs \[channels, length\]/)
    expect(() => sequential([1, 4, 4], [convolution(2, 5)])).toThrow(/sequential: layer 0: .*window of 5/)
  })
})
