import { describe, expect, it } from 'vitest'
import {
  adaptiveAvgPool,
  avgPool2d,
  batchNorm,
  conv1d,
  conv2d,
  convTranspose2d,
  globalAvgPool,
  gridSample,
  groupNorm,
  layerNorm,
  maxPool2d,
  maxPool3d,
  maxPoolWithIndices,
  maxUnpool2d,
  nonMaxSuppression,
  ones,
  resize,
  rmsNorm,
  roiAlign,
  tensor,
  zeros,
  type Pair,
} from '../index.ts'

const x = zeros([2, 4, 5, 6])
const w = zeros([3, 4, 3, 3])
const image = tensor(Int32Array.of(0, 2))
const boxes = zeros([2, 4])

/** Name, rule, what was received. */
describe('windows, channels and boxes that do not fit are refused in words', () => {
  const refusals: Record<string, [f: () => unknown, message: RegExp]> = {
    'axes of the input': [() => conv1d(x, w), /conv1d: the input must have 3 axes, \[batch, channels, length\], got \[2,4,5,6\]/],
    'axes of the weight': [() => conv2d(x, zeros([3, 4, 3])), /conv2d: kernel must be an integer ≥ 1, or 2 of them, got \[3\]/],
    channels: [
      () => conv2d(x, zeros([3, 2, 3, 3])),
      /conv: channels must agree: the weight \[3,2,3,3\] with 1 groups takes 2, the input \[2,4,5,6\] has 4/,
    ],
    'output channels in groups': [() => conv2d(x, zeros([3, 2, 1, 1]), { groups: 2 }), /3 output channels do not divide into 2 groups/],
    groups: [() => conv2d(x, w, { groups: 0 }), /groups must be an integer ≥ 1, got 0/],
    stride: [() => conv2d(x, w, { stride: [1, 0] }), /conv2d: stride must be an integer ≥ 1, or 2 of them, got \[1,0\]/],
    'a stride for another rank': [() => conv2d(x, w, { stride: [1, 1, 1] as unknown as Pair }), /stride must be .* got \[1,1,1\]/],
    padding: [() => conv2d(x, w, { padding: -1 }), /conv2d: padding must be an integer ≥ 0, or 2 of them, got \[-1\]/],
    'a window larger than the image': [() => conv2d(x, zeros([1, 4, 7, 1])), /a window of 7 does not fit into 5, axis 2 of \[2,4,5,6\]/],
    'more to reflect than there is': [() => conv2d(x, w, { padding: 5, paddingMode: 'reflect' }), /mode reflect finds 4 numbers/],
    bias: [() => conv2d(x, w, { bias: zeros([4]) }), /bias must be \[3\], got \[4\]/],
    integers: [() => conv2d(zeros([1, 1, 3, 3], 'int32'), zeros([1, 1, 1, 1], 'int32')), /conv: needs float32, got int32\. Cast it/],
    'an empty weight': [() => conv2d(zeros([1, 0, 3, 3]), zeros([1, 0, 1, 1])), /the weight \[1,0,1,1\] is empty/],
    'a gradient for another weight': [
      () =>
        x.op('convFilter', [zeros([2, 3, 5, 5])], { stride: [1, 1], dilation: [1, 1], pads: [0, 0, 0, 0], groups: 1, shape: [3, 4, 3, 3] }),
      /convFilter: to \[3,4,3,3\] belongs an output of \[2,3,3,4\], got \[2,3,5,5\]/,
    ],
    'channels of the transpose': [
      () => convTranspose2d(x, w),
      /convTranspose2d: channels must agree: the weight \[3,4,3,3\] takes 3, the input \[2,4,5,6\] has 4/,
    ],
    'output padding': [
      () => convTranspose2d(x, zeros([4, 1, 2, 2]), { outputPadding: 1 }),
      /outputPadding must be less than stride \[1,1\] or dilation \[1,1\], got \[1,1\]/,
    ],
    'all cut off': [() => convTranspose2d(x, zeros([4, 1, 1, 1]), { padding: 3 }), /convTranspose2d: nothing is left of \[2,4,5,6\]/],
    'a window of padding': [
      () => maxPool2d(x, 2, { padding: 2 }),
      /maxPool: a window of \[2,2\] sees nothing but padding \[2,2,2,2\], axis 2/,
    ],
    'a mean of padding': [() => avgPool2d(x, 2, { padding: [0, 2] }), /avgPool: a window of \[2,2\] sees nothing but padding/],
    'a window between two numbers': [() => maxPool2d(zeros([1, 1, 1, 1]), 2, { padding: 1, dilation: 2 }), /sees nothing but padding/],
    'a maximum of integers': [() => maxPool2d(zeros([1, 1, 2, 2], 'int32'), 2), /maxPool: needs float32, got int32/],
    'no channels': [() => maxPool2d(zeros([1, 0, 2, 2]), 2), /maxPool: the input \[1,0,2,2\] has no channels/],
    'axes of a volume': [() => maxPool3d(x, 2), /maxPool3d: the input must have 5 axes, \[batch, channels, depth, height, width\]/],
    'values and indices': [
      () => maxUnpool2d(x, zeros([2, 4, 5, 5], 'int32'), 2),
      /maxUnpool2d: values and indices must have one shape of 4 axes, got \[2,4,5,6\] and \[2,4,5,5\]/,
    ],
    'an image too small for its maxima': [
      () => maxUnpool2d(ones([1, 1, 1, 1]), tensor(Int32Array.of(4), [1, 1, 1, 1]), 2),
      /index 4 is outside 0 … 3/,
    ],
    'adaptive sizes': [() => adaptiveAvgPool(x, [2, 2, 2]), /adaptiveAvgPool: size must be an integer ≥ 1, or 2 of them, got \[2,2,2\]/],
    'nothing to divide': [() => adaptiveAvgPool(zeros([1, 1, 0]), 2), /adaptiveAvgPool: the input must be/],
    'no image': [
      () => globalAvgPool(zeros([2, 3])),
      /globalAvgPool: the input must be \[n, c, …\] with a spatial axis or more, got \[2,3\]/,
    ],
    'groups of channels': [() => groupNorm(x, 3), /groupNorm: .* channels that divide into 3 groups, got \[2,4,5,6\]/],
    'a weight for other channels': [() => groupNorm(x, 2, { weight: zeros([2]) }), /groupNorm: weight and bias must be \[4\], got \[2\]/],
    'last axes': [() => rmsNorm(x, zeros([5])), /rmsNorm: the input must end in \[5\], got \[2,4,5,6\]/],
    'a norm of integers': [() => layerNorm(zeros([2, 3], 'int32'), zeros([3]), zeros([3])), /layerNorm: needs float32, got int32/],
    'statistics of nothing': [() => batchNorm(zeros([0, 3])), /batchNorm: no numbers to take statistics of in \[0,3\]/],
    'statistics of other channels': [
      () => batchNorm(x, { statistics: { mean: zeros([3]), variance: ones([4]) } }),
      /batchNorm: weight, bias, mean and variance must be \[4\], got \[3\]/,
    ],
    'neither size nor scale': [() => resize(x, {}), /resize: give either size or scale/],
    'both size and scale': [() => resize(x, { size: 2, scale: 2 }), /resize: give either size or scale/],
    'corners of the nearest': [
      () => resize(x, { size: 2, alignCorners: true }),
      /resize: alignCorners is for linear and cubic, not for nearest/,
    ],
    'no size': [() => resize(x, { scale: 0.1 }), /resize: sizes must be integers ≥ 1, got \[2,4,5,6\] to \[0,0\]/],
    'a scale of nothing': [() => resize(x, { scale: 0 }), /resize: scale must be a number > 0, or 2 of them, got \[0\]/],
    'places of another batch': [() => gridSample(x, zeros([1, 2, 2, 2])), /gridSample: the grid .* got \[1,2,2,2\] for \[2,4,5,6\]/],
    'places of other axes': [() => gridSample(x, zeros([2, 2, 2, 3])), /gridSample: the grid/],
    'boxes of two numbers': [
      () => roiAlign(x, zeros([2, 2]), { image, size: 2, samples: 2 }),
      /roiAlign: boxes must be \[k, 4\] and their image numbers \[k\], got \[2,2\] and \[2\]/,
    ],
    'an image that is not there': [() => roiAlign(x, boxes, { image, size: 2, samples: 2 }), /image 2 is outside 0 … 1/],
    'no samples': [() => roiAlign(x, boxes, { image, size: 2, samples: 0 }), /samples one, got \[2,2\] and 0/],
    'scores of other boxes': [
      () => nonMaxSuppression(boxes, zeros([3]), { maxOutput: 2 }),
      /nonMaxSuppression: boxes must be \[n, 4\] and scores \[n\], got \[2,4\] and \[3\]/,
    ],
    'no boxes kept': [() => nonMaxSuppression(boxes, zeros([2]), { maxOutput: 0 }), /maxOutput must be an integer ≥ 1, got 0/],
    'a share above 1': [
      () => nonMaxSuppression(boxes, zeros([2]), { maxOutput: 1, iouThreshold: 1.5 }),
      /iouThreshold must be a number from 0 to 1, got 1\.5/,
    ],
    'an image of no axes': [
      () => maxPoolWithIndices(zeros([2, 3]), 2),
      /maxPoolWithIndices: the input must be \[batch, channels, …\] with one to three spatial axes, got \[2,3\]/,
    ],
  }
  it.each(Object.entries(refusals))('%s', (_, [f, message]) => expect(f).toThrow(message))
})
