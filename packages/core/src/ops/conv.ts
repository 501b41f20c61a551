import { DTypeError, ShapeError } from '../errors.ts'
import { range, sameShape, type Shape, type Spec } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Family, Sig } from './op.ts'

/** Sliding windows over any number of spatial axes; every list but `pads` has one number for each of them. */
export interface ConvAttrs {
  stride: number[]
  /** All beginnings, then all ends: [top, left, bottom, right] for images. */
  pads: number[]
  dilation: number[]
  groups: number
}

/** Signatures of convolution and its gradients. */
export interface Conv {
  conv: Sig<2 | 3, ConvAttrs>
  convInput: Sig<2, ConvAttrs & { shape: number[] }>
  convFilter: Sig<2, ConvAttrs & { shape: number[] }>
}

/** How many windows fit along each spatial axis. */
export function windows(x: Shape, kernel: Shape, { stride, pads, dilation }: Omit<ConvAttrs, 'groups'>): number[] {
  return kernel.map((k, i) => {
    const padded = x[i + 2]! + pads[i]! + pads[i + kernel.length]!
    const span = dilation[i]! * (k - 1) + 1
    if (span > padded)
      throw new ShapeError(
        `a window of ${span} does not fit into ${padded}, axis ${i + 2} of [${x}] with its padding. Pad more, or make the window smaller.`,
      )
    return Math.floor((padded - span) / stride[i]!) + 1
  })
}

/** The shape that comes out of images x through a weight w. */
function convolved(x: Shape, w: Shape, attrs: ConvAttrs): number[] {
  const { stride, pads, dilation, groups } = attrs
  const spatial = x.length - 2
  if (spatial < 1 || spatial > 3 || w.length !== x.length)
    throw new ShapeError(
      `input [n, c, …] and weight [o, c / groups, …] must have as many axes, one to three of them spatial, got [${x}] and [${w}]`,
    )
  if (w.includes(0)) throw new ShapeError(`the weight [${w}] is empty`)
  if (!Number.isInteger(groups) || groups < 1) throw new ShapeError(`groups must be an integer ≥ 1, got ${groups}`)
  if (x[1] !== w[1]! * groups)
    throw new ShapeError(
      `channels must agree: the weight [${w}] with ${groups} groups takes ${w[1]! * groups}, the input [${x}] has ${x[1]}`,
    )
  if (w[0]! % groups) throw new ShapeError(`${w[0]} output channels do not divide into ${groups} groups`)
  if (stride.length !== spatial || dilation.length !== spatial || pads.length !== 2 * spatial)
    throw new ShapeError(`stride, dilation and pads must fit ${spatial} spatial axes, got [${stride}], [${dilation}], [${pads}]`)
  return [x[0]!, w[0]!, ...windows(x, w.slice(2), attrs)]
}

const floats = (...x: Spec[]): void => {
  for (const { dtype } of x) if (dtype !== 'float32') throw new DTypeError(`needs float32, got ${dtype}. Cast it: x.cast('float32')`)
}
const belonging = (g: Shape, shape: Shape, expected: number[]): void => {
  if (!sameShape(expected, g)) throw new ShapeError(`to [${shape}] belongs an output of [${expected}], got [${g}]`)
}

const spatialAxes = (x: Tensor): number[] => range(x.shape.length).filter(i => i !== 1)

// The three convolutions are each other's gradients.
export const conv: Family<Conv> = {
  // x [n, c, ...], weight [o, c / groups, ...k], maybe bias [o] → [n, o, ...]
  conv: {
    infer: ([x, w, bias], attrs) => {
      floats(x, w, ...(bias ? [bias] : []))
      const shape = convolved(x.shape, w.shape, attrs)
      if (bias && (bias.shape.length !== 1 || bias.shape[0] !== w.shape[0]))
        throw new ShapeError(`bias must be [${w.shape[0]}], got [${bias.shape}]`)
      return { shape, dtype: x.dtype }
    },
    vjp: ({ g, x: [x, w], attrs }) => [
      () => g.op('convInput', [w], { ...attrs, shape: [...x.shape] }),
      () => x.op('convFilter', [g], { ...attrs, shape: [...w.shape] }),
      () => g.sum(spatialAxes(g)),
    ],
  },
  // (g, weight) → the gradient of conv for its input, of the given shape
  convInput: {
    infer: ([g, w], { shape, ...attrs }) => {
      floats(g, w)
      belonging(g.shape, shape, convolved(shape, w.shape, attrs))
      return { shape, dtype: g.dtype }
    },
    vjp: ({ g, x: [dy, w], attrs: { shape: _, ...attrs } }) => [
      () => g.op('conv', [w], attrs),
      () => g.op('convFilter', [dy], { ...attrs, shape: [...w.shape] }),
    ],
  },
  // (x, g) → the gradient of conv for its weight, of the given shape
  convFilter: {
    infer: ([x, g], { shape, ...attrs }) => {
      floats(x, g)
      belonging(g.shape, shape, convolved(x.shape, shape, attrs))
      return { shape, dtype: x.dtype }
    },
    vjp: ({ g, x: [x, dy], attrs: { shape: _, ...attrs } }) => [
      () => dy.op('convInput', [g], { ...attrs, shape: [...x.shape] }),
      () => x.op('conv', [g], attrs),
    ],
  },
}
