import { describe, expect, it } from 'vitest'
import {
  attention,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Embedding,
  iota,
  LayerNorm,
  Linear,
  LSTM,
  maxPool2d,
  MultiHeadAttention,
  PortolanError,
  RangeError,
  Rng,
  ShapeError,
  tensor,
  zeros,
} from '../index.ts'

const cases: [string, () => unknown, new (m: string) => PortolanError, RegExp][] = [
  [
    'Linear',
    () => new Linear(784, 10).forward(zeros([32, 28, 28])),
    ShapeError,
    /Linear: last axis must be inFeatures 784, got 28 in input \[32,28,28\]. Flatten first: x.flatten\(1\)/,
  ],
  [
    'Linear, where flattening would not help',
    () => new Linear(784, 10).forward(zeros([32, 28])),
    ShapeError,
    /got 28 in input \[32,28\]\.$/m,
  ],
  ['Conv2d: channels', () => new Conv2d(3, 8, 3).forward(zeros([1, 28, 28, 3])), ShapeError, /Conv2d: .*3.*28/],
  ['Conv2d: axes', () => new Conv2d(3, 8, 3).forward(zeros([3, 28, 28])), ShapeError, /\[3,28,28\]/],
  [
    'Conv2d: a window that does not fit',
    () => new Conv2d(1, 1, 5).forward(zeros([1, 1, 4, 9])),
    ShapeError,
    /a window of 5 does not fit into 4/,
  ],
  ['Conv2d: groups', () => new Conv2d(3, 8, 3, { groups: 2 }), ShapeError, /do not divide into 2 groups/],
  ['Conv2d: stride', () => new Conv2d(1, 1, 3, { stride: 0 }).forward(zeros([1, 1, 4, 4])), ShapeError, /stride/],
  ['maxPool2d', () => maxPool2d(zeros([2, 4, 4]), 2), ShapeError, /maxPool2d: .*\[2,4,4\]/],
  ['BatchNorm1d', () => new BatchNorm1d(3).forward(zeros([2, 4])), ShapeError, /BatchNorm1d: .*3.*\[2,4\]/],
  ['BatchNorm2d: axes', () => new BatchNorm2d(3).forward(zeros([2, 3])), ShapeError, /BatchNorm2d: .*\[2,3\]/],
  ['BatchNorm: one number', () => new BatchNorm1d(3).forward(zeros([1, 3])), ShapeError, /more than one (number|value)/],
  ['LayerNorm', () => new LayerNorm(3).forward(zeros([2, 4])), ShapeError, /ayerNorm: .*\[3\].*4\]/],
  ['Dropout', () => new Dropout(1), RangeError, /p must be at least 0 and below 1, got 1/],
  ['Dropout, NaN', () => new Dropout(NaN), RangeError, /got NaN/],
  ['Embedding: an index outside', () => new Embedding(3, 2).forward(tensor([0, 3], [2], 'int32')), RangeError, /index 3 is outside 0 … 2/],
  ['Embedding: a negative index', () => new Embedding(3, 2).forward(tensor([-1], [1], 'int32')), RangeError, /index -1 is outside 0 … 2/],
  ['Embedding: floats', () => new Embedding(3, 2).forward(zeros([2])), PortolanError, /int32/],
  ['scatterAdd: a row outside', () => iota(3).op('scatterAdd', [zeros([3])], { rows: 2 }), RangeError, /index 2 is outside 0 … 1/],
  ['oneHot: a class outside', () => iota(3).oneHot(2), RangeError, /index 2 is outside 0 … 1/],
  ['LSTM', () => new LSTM(3, 4).forward(zeros([2, 3])), ShapeError, /LSTM: .*\[2,3\]/],
  ['MultiHeadAttention: heads', () => new MultiHeadAttention(6, 4), ShapeError, /embedDim 6 does not divide into 4 heads/],
  [
    'MultiHeadAttention: input',
    () => new MultiHeadAttention(4, 2).forward(zeros([2, 3, 5])),
    ShapeError,
    /\[n, t, (embedDim )?4\], got \[2,3,5\]/,
  ],
  ['attention: keys of other size', () => attention(zeros([2, 3, 4]), zeros([2, 3, 5]), zeros([2, 3, 5])), ShapeError, /./],
  ['Rng', () => new Rng(0.5), RangeError, /seed must be an integer/],
  ['Rng.bits', () => new Rng(0).bits([1], 32), RangeError, /bits must be an integer from 1 to 31, got 32/],
  ['Rng.bernoulli', () => new Rng(0).bernoulli(1.5, [1]), RangeError, /p must be in \[0, 1\], got 1.5/],
]

describe('layers refuse, with their name, the rule and what was received', () => {
  it.each(cases)('%s', (_, f, kind, message) => {
    expect(f).toThrow(kind)
    expect(f).toThrow(message)
  })
})
