import { range, type ConvAttrs, type Shape } from '@portolan/core/engine'
import type { Builder, Ref, Rules } from './builder.ts'
import { conv, convFilter } from './conv.ts'

/** What onnxruntime's WebGPU provider has for images but not for volumes, in what it has. */
export const webgpu: Rules = {
  conv: ([x, w, bias], attrs, b) => {
    const { groups } = attrs
    if (w.shape.length !== 5 || groups === 1) return undefined
    const o = w.shape[0]! / groups
    return byGroup(b, groups, 1, g => {
      const part = [channels(b, x, 1, g, groups), rows(b, w, g * o, o), ...(bias ? [rows(b, bias, g * o, o)] : [])]
      return conv(part, { ...attrs, groups: 1 }, b)
    })
  },
  convFilter: ([x, g], attrs, b) => {
    const { groups, shape } = attrs
    if (shape.length !== 5 || groups === 1) return undefined
    return byGroup(b, groups, 0, k =>
      convFilter(
        [channels(b, x, 1, k, groups), channels(b, g, 1, k, groups)],
        { ...attrs, groups: 1, shape: shape.with(0, shape[0]! / groups) },
        b,
      ),
    )
  },
  convInput: ([g, w], attrs, b) => {
    const { groups, shape } = attrs
    if (w.shape.length !== 5) return undefined
    const o = w.shape[0]! / groups
    return byGroup(b, groups, 1, k =>
      volumeInput(b, channels(b, g, 1, k, groups), rows(b, w, k * o, o), { ...attrs, shape: shape.with(1, shape[1]! / groups) }),
    )
  },
}

const rows = (b: Builder, x: Ref, from: number, count: number): Ref => (count === x.shape[0] ? x : b.slice(x, [0], [from], [from + count]))

const channels = (b: Builder, x: Ref, axis: number, g: number, groups: number): Ref => {
  const size = x.shape[axis]! / groups
  return groups === 1 ? x : b.slice(x, [axis], [g * size], [(g + 1) * size])
}

/** One convolution for each group, side by side. */
function byGroup(b: Builder, groups: number, axis: number, part: (g: number) => Ref): Ref {
  const { out } = b
  const whole = out[0]!
  b.out = [{ ...whole, shape: whole.shape.with(axis, whole.shape[axis]! / groups) }]
  const parts = range(groups).map(part)
  b.out = out
  return groups === 1 ? parts[0]! : b.node('Concat', parts, { axis })
}

/** The gradient for a volume: g with zeros between its numbers, as far apart as the stride, convolved with the kernel turned round. */
function volumeInput(b: Builder, g: Ref, w: Ref, { stride, pads, dilation, shape }: ConvAttrs & { shape: number[] }): Ref {
  const kernel = w.shape.slice(2)
  const far = range(kernel.length).map(a => a + 2)
  const full = (x: Shape): number[] => kernel.map((k, a) => x[a + 2]! + dilation[a]! * (k - 1))
  const sparse = far.reduce((x, axis, a) => apart(b, x, axis, stride[a]!), g)
  const turned = b.node(
    'Slice',
    [b.transpose(w, [1, 0, ...far]), b.i64(far.map(() => -1)), b.i64(far.map(() => -1000)), b.i64(far), b.i64(far.map(() => -1))],
    {},
    { shape: [w.shape[1]!, w.shape[0]!, ...kernel] },
  )
  const reach = kernel.map((k, a) => dilation[a]! * (k - 1))
  const rest = full(sparse.shape).map((d, a) => Math.max(0, shape[a + 2]! + pads[a]! - d)) // what no window of the forward pass reached
  const around = b.node(
    'Pad',
    [sparse, b.i64([0, 0, ...reach, 0, 0, ...reach.map((r, a) => r + rest[a]!)])],
    {},
    { shape: sparse.shape.map((d, i) => (i < 2 ? d : d + 2 * reach[i - 2]! + rest[i - 2]!)) },
  )
  const wide = full(sparse.shape).map((d, a) => d + rest[a]!)
  const y = b.node(
    'Conv',
    [around, turned],
    { kernel_shape: kernel, strides: far.map(() => 1), pads: far.flatMap(() => [0, 0]), dilations: [...dilation], group: 1 },
    { shape: [shape[0]!, shape[1]!, ...wide] },
  )
  const from = pads.slice(0, kernel.length)
  return b.slice(
    y,
    far,
    from,
    far.map((axis, a) => from[a]! + shape[axis]!),
  )
}

/** Zeros put between the numbers along an axis, so that they stand `stride` apart. */
function apart(b: Builder, x: Ref, axis: number, stride: number): Ref {
  if (stride === 1) return x
  const d = x.shape[axis]!
  const one = b.reshape(x, x.shape.toSpliced(axis + 1, 0, 1))
  const pads = b.i64([...one.shape.map(() => 0), ...one.shape.map((_, i) => (i === axis + 1 ? stride - 1 : 0))])
  const spread = b.reshape(b.node('Pad', [one, pads], {}, { shape: one.shape.with(axis + 1, stride) }), x.shape.with(axis, d * stride))
  return b.slice(spread, [axis], [0], [(d - 1) * stride + 1])
}
