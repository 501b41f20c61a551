import * as tf from '@tensorflow/tfjs-core'
import type { ConvAttrs } from '../ops/conv.ts'
import { range } from '../tensor/spec.ts'

type T = tf.Tensor

const channelsLast = (x: T): T => tf.transpose(x, [0, ...range(x.rank - 2).map(i => i + 2), 1])
const channelsFirst = (x: T): T => tf.transpose(x, [0, x.rank - 1, ...range(x.rank - 2).map(i => i + 1)])
/** weight [o, i, ...k] → [...k, i, o] */
const kernelLast = (w: T): T => tf.transpose(w, [...range(w.rank - 2).map(i => i + 2), 1, 0])
const swapped = (x: T): T => tf.transpose(x, [1, 0, ...range(x.rank - 2).map(i => i + 2)])
const axes = (x: T): number[] => range(x.rank - 2)

/** Zeros around the spatial axes; a negative number cuts off. */
function padded(x: T, before: number[], after: number[]): T {
  const at = (list: number[]) => [0, 0, ...list]
  const cut = (list: number[]) => at(list).map(p => Math.max(0, -p))
  if ([...before, ...after].some(p => p < 0))
    x = tf.slice(
      x,
      cut(before),
      x.shape.map((d, i) => d - cut(before)[i]! - cut(after)[i]!),
    )
  const add = at(before).map((p, i) => [Math.max(0, p), Math.max(0, at(after)[i]!)] as [number, number])
  return add.some(([b, a]) => b || a) ? tf.pad(x, add) : x
}

/** Puts step − 1 zeros between neighbours. */
function spread(x: T, step: number[]): T {
  if (step.every(s => s === 1)) return x
  const [n, c, ...size] = x.shape as [number, number, ...number[]]
  // batch, channels and the first axis as one: with more than six axes the WebAssembly backend pads wrongly, without an error
  const apart = tf.reshape(x, [n * c * size[0]!, 1, ...size.slice(1).flatMap(d => [d, 1])])
  const zeros = tf.pad(
    apart,
    step.flatMap(
      s =>
        [
          [0, 0],
          [0, s - 1],
        ] as [number, number][],
    ),
  )
  return tf.slice(tf.reshape(zeros, [n, c, ...size.map((d, i) => d * step[i]!)]), Array(x.rank).fill(0), [
    n,
    c,
    ...size.map((d, i) => (d - 1) * step[i]! + 1),
  ])
}

/** One group, already padded. tfjs takes a stride or a dilation, not both: then the stride is taken afterwards. */
function plain(x: T, w: T, stride: number[], dilation: number[]): T {
  if (x.rank === 3) return tf.squeeze(plain(tf.expandDims(x, 2), tf.expandDims(w, 2), [1, ...stride], [1, ...dilation]), [2])
  const both = stride.some(s => s > 1) && dilation.some(d => d > 1)
  const strides = both ? stride.map(() => 1) : stride
  const y = channelsFirst(
    x.rank === 4
      ? tf.conv2d(
          channelsLast(x) as tf.Tensor4D,
          kernelLast(w) as tf.Tensor4D,
          strides as [number, number],
          'valid',
          'NHWC',
          dilation as [number, number],
        )
      : tf.conv3d(
          channelsLast(x) as tf.Tensor5D,
          kernelLast(w) as tf.Tensor5D,
          strides as [number, number, number],
          'valid',
          'NDHWC',
          dilation as [number, number, number],
        ),
  )
  return both ? tf.stridedSlice(y, Array(y.rank).fill(0), y.shape, [1, 1, ...stride]) : y
}

const parts = (x: T, groups: number, axis: number): T[] => (groups === 1 ? [x] : tf.split(x, groups, axis))
const joined = (xs: T[], axis: number): T => (xs.length === 1 ? xs[0]! : tf.concat(xs, axis))

/** The convolution itself; the other two are it again, on rearranged numbers: far faster than tfjs's own gradient kernels. */
export function conv(x: T, w: T, { stride, pads, dilation, groups }: ConvAttrs): T {
  const s = x.rank - 2
  const xs = parts(padded(x, pads.slice(0, s), pads.slice(s)), groups, 1)
  const ws = parts(w, groups, 0)
  return joined(
    xs.map((t, i) => plain(t, ws[i]!, stride, dilation)),
    1,
  )
}

/** g spread by the stride, convolved with the weight flipped and its channels exchanged. */
export function convInput(g: T, w: T, { stride, pads, dilation, groups }: ConvAttrs, shape: readonly number[]): T {
  const far = spread(g, stride)
  const before = axes(g).map(i => dilation[i]! * (w.shape[i + 2]! - 1) - pads[i]!)
  const after = axes(g).map(i => shape[i + 2]! - far.shape[i + 2]! - before[i]! + dilation[i]! * (w.shape[i + 2]! - 1))
  const gs = parts(padded(far, before, after), groups, 1)
  const ws = parts(
    tf.reverse(
      w,
      axes(g).map(i => i + 2),
    ),
    groups,
    0,
  )
  return joined(
    gs.map((t, i) =>
      plain(
        t,
        swapped(ws[i]!),
        axes(g).map(() => 1),
        dilation,
      ),
    ),
    1,
  )
}

/** x convolved with g, batch and channels exchanged, stride and dilation too. */
export function convFilter(x: T, g: T, { stride, pads, dilation, groups }: ConvAttrs, shape: readonly number[]): T {
  if (!x.size) return tf.zeros(shape as [number])
  const s = x.rank - 2
  const xs = parts(padded(x, pads.slice(0, s), pads.slice(s)), groups, 1)
  const gs = parts(g, groups, 1)
  const each = xs.map((t, i) => {
    const y = plain(swapped(t), swapped(gs[i]!), dilation, stride)
    return swapped(tf.slice(y, Array(y.rank).fill(0), [y.shape[0]!, y.shape[1]!, ...shape.slice(2)]))
  })
  return joined(each, 0)
}
