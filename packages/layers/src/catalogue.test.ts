import { describe, expect, it } from 'vitest'
import { DTypeError, PortolanError, RangeError, ShapeError, tensor, zeros } from '@portolan/core'
import * as layers from './index.ts'

describe('the catalogue', () => {
  it('has one layer of each name, and layers say their names', () => {
    const classes = Object.entries(layers).filter(([name]) => /^[A-Z]/.test(name))
    expect(classes.map(([, layer]) => layer.name)).toEqual(classes.map(([name]) => name))
  })
})

const {
  AdditiveAttention,
  alibi,
  AttentionPool,
  Bilinear,
  ChannelShuffle,
  ConvLSTM2d,
  Crop,
  EmbeddingBag,
  FiLM,
  Fold,
  GeMPool,
  InstanceNorm2d,
  LocalResponseNorm,
  LPPool2d,
  Pad,
  PixelShuffle,
  PixelUnshuffle,
  PReLU,
  RelativePositionBias,
  RReLU,
  Softshrink,
} = layers

describe('layers say what they do not take', () => {
  it.each<[string, () => unknown, new (...args: never[]) => Error, RegExp]>([
    ['Pad, amounts', () => new Pad([1]).forward(zeros([1, 2, 4, 4])), ShapeError, /Pad: 1 amounts for the sides of \[1,2,4,4\]/],
    ['Pad, reflect', () => new Pad(4, { mode: 'reflect' }).forward(zeros([1, 2, 4, 4])), ShapeError, /mode reflect finds 3 numbers/],
    ['Crop', () => new Crop(3).forward(zeros([1, 2, 4, 4])), ShapeError, /must lie in/],
    ['PixelShuffle', () => new PixelShuffle(2).forward(zeros([1, 6, 4, 4])), ShapeError, /\[n, c·2², h, w\], got \[1,6,4,4\]/],
    ['PixelUnshuffle', () => new PixelUnshuffle(2).forward(zeros([1, 6, 4, 5])), ShapeError, /multiples of 2/],
    ['ChannelShuffle', () => new ChannelShuffle(4).forward(zeros([1, 6, 4])), ShapeError, /divide into 4 groups/],
    ['Fold', () => new Fold([4, 4], 2).forward(zeros([1, 4, 4])), ShapeError, /\[n, c·4, 9\], got \[1,4,4\]/],
    ['FiLM', () => new FiLM(3, 4).forward(zeros([1, 5, 2]), { condition: zeros([1, 3]) }), ShapeError, /4 channels/],
    ['InstanceNorm2d, one number', () => new InstanceNorm2d(3).forward(zeros([1, 3, 1, 1])), ShapeError, /more than one number/],
    [
      'InstanceNorm2d, axes',
      () => new InstanceNorm2d(3).forward(zeros([1, 3, 4])),
      ShapeError,
      /InstanceNorm2d: the input must have 4 axes/,
    ],
    ['LocalResponseNorm', () => new LocalResponseNorm(0), RangeError, /size must be/],
    ['PReLU', () => new PReLU(3).forward(zeros([1, 4])), ShapeError, /3 channels/],
    ['RReLU', () => new RReLU(0.5, 0.1), RangeError, /low must not be above high/],
    ['Softshrink', () => new Softshrink(-1), RangeError, /at least 0/],
    ['GeMPool', () => new GeMPool({ epsilon: 0 }), RangeError, /positive/],
    ['LPPool2d', () => new LPPool2d(0.5, 2), RangeError, /at least 1/],
    ['ConvLSTM2d', () => new ConvLSTM2d(1, 2, 2), ShapeError, /odd/],
    ['Bilinear', () => new Bilinear([2, 3], 4).forward(zeros([1, 3]), zeros([1, 3])), ShapeError, /last axes must be 2 and 3/],
    ['EmbeddingBag', () => new EmbeddingBag(4, 2).forward(zeros([1, 3], 'int32'), { weights: zeros([1, 3]) }), PortolanError, /mode 'sum'/],
    ['RelativePositionBias', () => new RelativePositionBias(2, { buckets: 6 }), RangeError, /multiple of 4/],
    ['alibi', () => alibi(0, 3), RangeError, /at least 1/],
    ['AttentionPool', () => new AttentionPool(2).forward(zeros([1, 3, 2]), { mask: zeros([1, 3]) }), DTypeError, /mask must be bool/],
    [
      'AdditiveAttention',
      () => new AdditiveAttention([2, 2], 3).forward(zeros([1, 1, 2]), { key: zeros([1, 3, 2]), mask: tensor([[1, 1, 0]]) }),
      DTypeError,
      /AdditiveAttention: mask must be bool/,
    ],
  ])('%s', (_, f, Kind, message) => {
    expect(f).toThrow(Kind)
    expect(f).toThrow(message)
  })
})
