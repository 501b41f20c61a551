import { type AvgPoolAttrs, type Pool, divisors, range, size, type PoolAttrs } from '@portolan/core/engine'
import { elements, type Builder, type Ref } from '../builder.ts'
import { window } from '../conv.ts'
import type { Lowerings } from './lowering.ts'

/** A pooling with the places of its maxima as int64, if they are asked for. */
function windows(b: Builder, x: Ref, { kernel, ...attrs }: PoolAttrs, places: boolean): Ref[] {
  const { shape, type } = b.out[0]!
  return b.many(
    'MaxPool',
    [x],
    window(attrs, kernel),
    places
      ? [
          { shape, type },
          { shape, type: 'int64' },
        ]
      : [{ shape, type }],
  )
}

/** The pads without what no window reaches: onnxruntime wants them smaller than the kernel. */
const reached = (b: Builder, x: Ref, { kernel, stride, pads, dilation }: PoolAttrs): number[] =>
  pads.map((p, i) => {
    const a = i - kernel.length
    if (a < 0) return p
    return Math.max(
      0,
      Math.min(p, (b.out[0]!.shape[a + 2]! - 1) * stride[a]! + dilation[a]! * (kernel[a]! - 1) + 1 - x.shape[a + 2]! - pads[a]!),
    )
  })

/** The same with the padding put around beforehand, and places counted without it. */
function padded(b: Builder, x: Ref, attrs: PoolAttrs, pads: number[], places: boolean): Ref[] {
  const [n, c, ...image] = x.shape as [number, number, ...number[]]
  const wide = image.map((d, i) => d + pads[i]! + pads[i + image.length]!)
  const around = b.i64([0, 0, ...pads.slice(0, image.length), 0, 0, ...pads.slice(image.length)])
  const full = b.node('Pad', [x, around, b.f32(-Infinity)], {}, { shape: [n, c, ...wide] })
  const [y, index] = windows(b, full, { ...attrs, pads: pads.map(() => 0) }, places)
  if (!index) return [y!]
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
  const place = b.node('Gather', [b.i64(table), b.node('Sub', [index, before(wide)], {}, index)], { axis: 0 }, index)
  return [y!, b.node('Add', [place, before(image)], {}, index)]
}

function avgPool(b: Builder, x: Ref, attrs: AvgPoolAttrs): Ref {
  const { kernel, stride, pads, counted } = attrs
  const window = { kernel_shape: kernel, strides: stride, pads: reached(b, x, { ...attrs, dilation: kernel.map(() => 1) }) }
  const mean = (include: boolean): Ref => b.node('AveragePool', [x], { ...window, count_include_pad: +include })
  if (counted.every(p => p === 0)) return mean(false)
  if (counted.every((p, i) => p === pads[i])) return mean(true)
  const factors = Float32Array.from(divisors(x.shape, attrs), d => size(kernel) / d)
  return b.node('Mul', [mean(true), b.constant('float32', factors.length === 1 ? [] : b.out[0]!.shape.slice(2), factors)])
}

export const pool: Lowerings<Pool> = {
  maxPool: ([x], attrs, b) => {
    const pads = reached(b, x, attrs)
    const small = pads.every((p, i) => p < attrs.kernel[i % attrs.kernel.length]!)
    const [y, index] = small ? windows(b, x, { ...attrs, pads }, b.uses(1)) : padded(b, x, attrs, pads, b.uses(1))
    return [y!, index ? b.cast(index, 'int32') : y!]
  },
  maxUnpool: ([g, index], { shape }, b) => {
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
