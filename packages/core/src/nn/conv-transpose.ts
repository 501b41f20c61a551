import { ShapeError } from '../errors.ts'
import { range } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { around, sides, type Around, type Sides, type Spatial } from './windows.ts'

/** Options of `convTranspose1d`, `convTranspose2d` and `convTranspose3d`. */
export interface ConvTransposeFunctionOptions<N extends Spatial> {
  /** How far apart the windows are put; default 1. */
  stride?: Sides<N>
  /** How much is cut off around; default 0. */
  padding?: Around<N>
  /** How much less is cut off at the ends, less than stride or dilation: which of several sizes is meant; default 0. */
  outputPadding?: Sides<N>
  /** Distance between the numbers of a window; default 1. */
  dilation?: Sides<N>
  /** Channels are divided into this many parts that do not see each other; default 1. */
  groups?: number
  /** [o] */
  bias?: Tensor | undefined
}

function transposed<N extends Spatial>(name: string, n: N, x: Tensor, weight: Tensor, options: ConvTransposeFunctionOptions<N>): Tensor {
  const { groups = 1, bias } = options
  if (x.shape.length !== n + 2 || weight.shape.length !== n + 2)
    throw new ShapeError(`${name}: input and weight must have ${n + 2} axes, got [${x.shape}] and [${weight.shape}]`)
  if (x.shape[1] !== weight.shape[0])
    throw new ShapeError(
      `${name}: channels must agree: the weight [${weight.shape}] takes ${weight.shape[0]}, the input [${x.shape}] has ${x.shape[1]}`,
    )
  const stride = sides(`${name}: stride`, n, options.stride ?? 1)
  const dilation = sides(`${name}: dilation`, n, options.dilation ?? 1)
  const padding = around(`${name}: padding`, n, options.padding ?? 0)
  const extra = sides(`${name}: outputPadding`, n, options.outputPadding ?? 0, 0)
  if (extra.some((e, i) => e >= Math.max(stride[i]!, dilation[i]!)))
    throw new ShapeError(`${name}: outputPadding must be less than stride [${stride}] or dilation [${dilation}], got [${extra}]`)

  // what is not cut off is there; beyond it are zeros
  const pads = padding.map((p, i) => (i < n ? p : Math.max(0, p - extra[i - n]!)))
  const beyond = range(n).map(i => Math.max(0, extra[i]! - padding[i + n]!))
  const image = range(n).map(
    i => (x.shape[i + 2]! - 1) * stride[i]! + dilation[i]! * (weight.shape[i + 2]! - 1) + 1 - pads[i]! - pads[i + n]!,
  )
  if (image.some(d => d < 1))
    throw new ShapeError(`${name}: nothing is left of [${x.shape}] with the weight [${weight.shape}] and padding [${padding}]`)
  const y = x.op('convInput', [weight], { stride, pads, dilation, groups, shape: [x.shape[0]!, weight.shape[1]! * groups, ...image] })
  const none = y.shape.map(() => 0)
  const whole = beyond.some(b => b) ? y.pad(none, [0, 0, ...beyond]) : y
  return bias ? whole.add(bias.reshape([-1, ...image.map(() => 1)])) : whole
}

/**
 * The transpose of `conv1d`, which makes sequences longer.
 *
 * x: [n, c, l], weight: [c, o / groups, k] → [n, o, (l − 1)·stride − 2·padding + dilation·(k − 1) + 1 + outputPadding]
 * @throws ShapeError if channels do not agree or nothing is left.
 * @example
 * convTranspose1d(x, weight, { stride: 2 })
 */
export const convTranspose1d = (x: Tensor, weight: Tensor, options: ConvTransposeFunctionOptions<1> = {}): Tensor =>
  transposed('convTranspose1d', 1, x, weight, options)

/**
 * The transpose of `conv2d`, which makes images larger.
 *
 * x: [n, c, h, w], weight: [c, o / groups, kh, kw] → [n, o, (h − 1)·stride − 2·padding + dilation·(kh − 1) + 1 + outputPadding, …]
 * @throws ShapeError if channels do not agree or nothing is left.
 * @example
 * convTranspose2d(x, weight, { stride: 2, padding: 1 })   // a kernel of 4 doubles height and width
 */
export const convTranspose2d = (x: Tensor, weight: Tensor, options: ConvTransposeFunctionOptions<2> = {}): Tensor =>
  transposed('convTranspose2d', 2, x, weight, options)

/**
 * The transpose of `conv3d`, which makes volumes larger.
 *
 * x: [n, c, d, h, w], weight: [c, o / groups, kd, kh, kw] → [n, o, (d − 1)·stride − 2·padding + dilation·(kd − 1) + 1 + outputPadding, …]
 * @throws ShapeError if channels do not agree or nothing is left.
 * @example
 * convTranspose3d(x, weight, { stride: 2 })
 */
export const convTranspose3d = (x: Tensor, weight: Tensor, options: ConvTransposeFunctionOptions<3> = {}): Tensor =>
  transposed('convTranspose3d', 3, x, weight, options)
