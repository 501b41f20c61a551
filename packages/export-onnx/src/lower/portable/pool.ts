import { type AvgPoolAttrs, type Pool, divisors, range, size, type PoolAttrs } from '@portolan/core/engine'
import { elements, type Builder, type Ref } from '../builder.ts'
import { window } from '../conv.ts'
import type { Lowerings } from './lowering.ts'

/** The pads without what no window reaches: onnxruntime wants them smaller than the kernel. */
export const reachedPads = (b: Builder, x: Ref, { kernel, stride, pads, dilation }: PoolAttrs): number[] =>
  pads.map((p, i) => {
    const a = i - kernel.length
    if (a < 0) return p
    return Math.max(
      0,
      Math.min(p, (b.out[0]!.shape[a + 2]! - 1) * stride[a]! + dilation[a]! * (kernel[a]! - 1) + 1 - x.shape[a + 2]! - pads[a]!),
    )
  })

function avgPool(b: Builder, x: Ref, attrs: AvgPoolAttrs): Ref {
  const { kernel, stride, pads, counted } = attrs
  const window = { kernel_shape: kernel, strides: stride, pads: reachedPads(b, x, { ...attrs, dilation: kernel.map(() => 1) }) }
  const mean = (include: boolean): Ref => b.node('AveragePool', [x], { ...window, count_include_pad: +include })
  if (counted.every(p => p === 0)) return mean(false)
  if (counted.every((p, i) => p === pads[i])) return mean(true)
  const factors = Float32Array.from(divisors(x.shape, attrs), d => size(kernel) / d)
  return b.node('Mul', [mean(true), b.constant('float32', factors.length === 1 ? [] : b.out[0]!.shape.slice(2), factors)])
}

/** Lays −∞ around an image. */
function surrounded(b: Builder, x: Ref, pads: readonly number[]): Ref {
  if (pads.every(p => p === 0)) return x
  const image = pads.length / 2
  const shape = x.shape.map((d, i) => (i < 2 ? d : d + pads[i - 2]! + pads[i - 2 + image]!))
  const around = b.i64([0, 0, ...pads.slice(0, image), 0, 0, ...pads.slice(image)])
  return b.node('Pad', [x, around, b.f32(-Infinity)], {}, { shape, type: x.type })
}

/** Places of the maxima: what each place of the window sees is compared with the maximum, the first place last. */
function places(b: Builder, x: Ref, y: Ref, { kernel, stride, dilation }: PoolAttrs, pads: readonly number[]): Ref {
  const [image, out] = [x.shape.slice(2), y.shape.slice(2)]
  const far = range(image.length)
  const number = (shape: readonly number[], data: Int32Array) => b.constant('int32', shape, data)
  const as = { shape: y.shape, type: 'int32' as const }
  const full = surrounded(b, x, pads)
  /** The place in its plane that a window at a flat output place sees through a tap. */
  const seen = (flat: number, tap: readonly number[]): number => {
    let [place, step] = [0, 1]
    for (const a of far.toReversed()) {
      const at = (flat % out[a]!) * stride[a]! + tap[a]! * dilation[a]! - pads[a]!
      place += Math.min(Math.max(at, 0), image[a]! - 1) * step
      step *= image[a]!
      flat = Math.floor(flat / out[a]!)
    }
    return place
  }
  const taps = range(size(kernel)).map(t => kernel.map((k, a) => Math.floor(t / size(kernel.slice(a + 1))) % k))
  const table = (tap: readonly number[]): Ref =>
    number(
      out,
      Int32Array.from({ length: size(out) }, (_, i) => seen(i, tap)),
    )
  let index = table(taps[0]!)
  for (const tap of taps.toReversed()) {
    const from = far.map(a => tap[a]! * dilation[a]!)
    const view = b.slice(
      full,
      far.map(a => a + 2),
      from,
      far.map(a => from[a]! + (out[a]! - 1) * stride[a]! + 1),
      stride,
    )
    index = b.node('Where', [b.node('Equal', [view, y], {}, { shape: y.shape, type: 'bool' }), table(tap), index], {}, as)
  }
  const planes = b.cast(
    b.node(
      'Range',
      [b.i64([0], []), b.i64([y.shape[0]! * y.shape[1]! * size(image)], []), b.i64([size(image)], [])],
      {},
      {
        shape: [y.shape[0]! * y.shape[1]!],
        type: 'int64',
      },
    ),
    'int32',
  )
  return b.node('Add', [index, b.reshape(planes, [y.shape[0]!, y.shape[1]!, ...far.map(() => 1)])], {}, as)
}

/** Gradient of windows that stand side by side: to the first place of each that equals the maximum. */
function spread(b: Builder, g: Ref, { x, y }: { x: Ref; y: Ref }, kernel: readonly number[]): Ref {
  const [n, c, ...out] = y.shape as [number, number, ...number[]]
  const far = range(out.length)
  const reach = out.map((d, a) => d * kernel[a]!)
  const exact = far.every(a => reach[a] === x.shape[a + 2])
  const inner = exact
    ? x
    : b.slice(
        x,
        far.map(a => a + 2),
        far.map(() => 0),
        reach,
      )
  const tiles = [n, c, ...far.flatMap(a => [out[a]!, kernel[a]!])]
  const wide = (r: Ref): Ref => b.reshape(r, [n, c, ...out.flatMap(d => [d, 1])])
  const full = { shape: tiles, type: 'float32' as const }
  // earlier places weigh more: of several maxima the heaviest is the first
  const weights = b.constant(
    'float32',
    far.flatMap(a => [1, kernel[a]!]),
    Float32Array.from({ length: size(kernel) }, (_, i) => size(kernel) - i),
  )
  const hit = b.node('Equal', [b.reshape(inner, tiles), wide(y)], {}, { shape: tiles, type: 'bool' })
  const weighed = b.node('Mul', [b.cast(hit, 'float32'), weights], {}, full)
  const axes = far.map(a => 2 * a + 3)
  const most = { shape: [n, c, ...out.flatMap(d => [d, 1])], type: 'float32' as const }
  const heaviest =
    b.options.opset >= 18
      ? b.node('ReduceMax', [weighed, b.i64(axes)], { keepdims: 1 }, most)
      : b.node('ReduceMax', [weighed], { axes, keepdims: 1 }, most)
  const first = b.node('Equal', [weighed, heaviest], {}, { shape: tiles, type: 'bool' })
  const spread = b.reshape(b.node('Mul', [b.cast(first, 'float32'), wide(g)], {}, full), [n, c, ...reach])
  if (exact) return spread
  const rest = far.map(a => x.shape[a + 2]! - reach[a]!)
  return b.node('Pad', [spread, b.i64([0, 0, ...far.map(() => 0), 0, 0, ...rest])], {}, { shape: x.shape, type: 'float32' })
}

export const pool: Lowerings<Pool> = {
  maxPool: ([x], attrs, b) => {
    const { kernel, stride, dilation } = attrs
    const pads = reachedPads(b, x, attrs)
    const { shape, type } = b.out[0]!
    const small = pads.every((p, i) => p < kernel[i % kernel.length]!)
    const [from, around] = small ? [x, pads] : [surrounded(b, x, pads), pads.map(() => 0)]
    const y = b.node('MaxPool', [from], window({ stride, dilation, pads: around }, kernel))
    if (!b.uses(1)) return [y, y]
    const index = b.lazy(shape, 'int32', name => b.define(name, 'Identity', [places(b, x, y, attrs, pads)]))
    const apart = pads.every(p => p === 0) && kernel.every((k, a) => k === stride[a] && dilation[a] === 1)
    return [{ ...y, type }, apart ? { ...index, pooled: { x, y } } : index]
  },
  maxUnpool: ([g, index], { shape, kernel }, b) => {
    if (index.pooled && b.isLazy(index)) return spread(b, g, index.pooled, kernel)
    const flat = { shape: [size(shape)] }
    const zeros = b.node('Expand', [b.f32(0), b.i64([size(shape)])], {}, flat)
    const sum = b.node(
      'ScatterElements',
      [zeros, b.reshape(b.cast(index, 'int64'), [elements(index)]), b.reshape(g, [elements(g)])],
      { axis: 0, reduction: 'add' },
      flat,
    )
    return b.reshape(sum, shape)
  },
  avgPool: ([x], attrs, b) => avgPool(b, x, attrs),
}
