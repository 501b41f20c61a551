import { range, size, type PoolAttrs } from '@portolan/core/engine'
import type { Builder, Ref, Rules } from './builder.ts'
import { window } from './conv.ts'
import { reachedPads } from './portable/pool.ts'

/** A pooling with the places of its maxima as int64. */
function windows(b: Builder, x: Ref, { kernel, ...attrs }: PoolAttrs): Ref[] {
  const { shape, type } = b.out[0]!
  return b.many('MaxPool', [x], window(attrs, kernel), [
    { shape, type },
    { shape, type: 'int64' },
  ])
}

/** The same with the padding put around beforehand, and places counted without it. */
function padded(b: Builder, x: Ref, attrs: PoolAttrs, pads: number[]): Ref[] {
  const [n, c, ...image] = x.shape as [number, number, ...number[]]
  const wide = image.map((d, i) => d + pads[i]! + pads[i + image.length]!)
  const around = b.i64([0, 0, ...pads.slice(0, image.length), 0, 0, ...pads.slice(image.length)])
  const full = b.node('Pad', [x, around, b.f32(-Infinity)], {}, { shape: [n, c, ...wide] })
  const [y, index] = windows(b, full, { ...attrs, pads: pads.map(() => 0) })
  const table = range(size(wide)).map(flat => {
    let [place, step] = [0, 1]
    for (let i = image.length - 1; i >= 0; i--) {
      place += Math.min(Math.max((flat % wide[i]!) - pads[i]!, 0), image[i]! - 1) * step
      step *= image[i]!
      flat = Math.floor(flat / wide[i]!)
    }
    return place
  })
  const as = (shape: readonly number[]) => ({ shape, type: 'int64' as const })
  const planes = b.reshape(b.node('Range', [b.i64([0], []), b.i64([n * c], []), b.i64([1], [])], {}, as([n * c])), [
    n,
    c,
    ...image.map(() => 1),
  ])
  const before = (of: readonly number[]): Ref => b.node('Mul', [planes, b.i64([size(of)])], {}, as(planes.shape))
  const place = b.node('Gather', [b.i64(table), b.node('Sub', [index!, before(wide)], {}, index)], { axis: 0 }, index)
  return [y!, b.node('Add', [place, before(image)], {}, index)]
}

/** Pooling that gives the places of its maxima by itself, and puts numbers back there, which WebGPU lacks. */
export const poolIndices: Rules = {
  maxPool: ([x], attrs, b) => {
    if (!b.uses(1)) return undefined
    const pads = reachedPads(b, x, attrs)
    const small = pads.every((p, i) => p < attrs.kernel[i % attrs.kernel.length]!)
    const [y, index] = small ? windows(b, x, { ...attrs, pads }) : padded(b, x, attrs, pads)
    return [y!, b.cast(index!, 'int32')]
  },
  // where windows overlap a place is named twice, and its numbers must be added; windows that reach out of the image are refused
  maxUnpool: ([g, index], { shape, kernel, stride, dilation }, b) => {
    const overlaps = kernel.some((k, i) => dilation[i]! * (k - 1) >= stride[i]!)
    if (overlaps || kernel.some((k, i) => (g.shape[i + 2]! - 1) * stride[i]! + k > shape[i + 2]!)) return undefined
    return b.node('MaxUnpool', [g, b.cast(index, 'int64'), b.i64(shape)], { kernel_shape: kernel, strides: stride }, { shape })
  },
}
