import { ShapeError } from '../errors.ts'
import { along } from '../tensor/along.ts'
import { range } from '../tensor/spec.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { sides, type Sides, type Spatial } from './windows.ts'

/** Window i of so many over an axis of length d: from ⌊i·d / many⌋ to ⌈(i + 1)·d / many⌉. */
const windowAt = (d: number, many: number, i: number): [from: number, to: number] => [
  Math.floor((i * d) / many),
  Math.ceil(((i + 1) * d) / many),
]

function adaptive(name: string, x: Tensor, size: Sides<Spatial>): { image: readonly number[]; out: number[]; even: boolean } {
  const image = x.shape.slice(2)
  if (image.length < 1 || image.length > 3 || image.includes(0))
    throw new ShapeError(`${name}: the input must be [n, c, …] with one to three spatial axes that are not empty, got [${x.shape}]`)
  const out = sides(`${name}: size`, image.length, size)
  return { image, out, even: image.every((d, i) => d % out[i]! === 0) }
}
/** Windows side by side, where they divide the image. */
const aside = (image: readonly number[], out: number[]) => {
  const kernel = image.map((d, i) => d / out[i]!)
  return { kernel, stride: kernel, pads: [...image, ...image].map(() => 0) }
}

/**
 * The mean of so many windows that together cover the image, as even as can be: PyTorch's.
 *
 * x: [n, c, ...image] → [n, c, ...size]; size: one number, or one for each spatial axis
 * @throws ShapeError if there are not one to three spatial axes.
 * @example
 * adaptiveAvgPool(x, 7)                        // [n, c, h, w] → [n, c, 7, 7]
 */
export function adaptiveAvgPool(x: Tensor, size: Sides<Spatial>): Tensor {
  const { image, out, even } = adaptive('adaptiveAvgPool', x, size)
  if (even) return x.op('avgPool', [], { ...aside(image, out), counted: [...image, ...image].map(() => 0) })
  return image.reduce((y, d, axis) => {
    const many = out[axis]!
    const shares = range(many).flatMap(i => {
      const [from, to] = windowAt(d, many, i)
      return range(d).map(j => (j >= from && j < to ? 1 / (to - from) : 0))
    })
    return along(y, axis + 2, tensor(Float32Array.from(shares), [many, d]))
  }, x)
}

/**
 * The largest number of so many windows that together cover the image, as even as can be: PyTorch's. The gradient goes to the first one
 * where there are several.
 *
 * x: [n, c, ...image] → [n, c, ...size]; size: one number, or one for each spatial axis
 * @throws ShapeError if there are not one to three spatial axes.
 * @example
 * adaptiveMaxPool(x, [4, 1])                   // [n, c, h, w] → [n, c, 4, 1]
 */
export function adaptiveMaxPool(x: Tensor, size: Sides<Spatial>): Tensor {
  const { image, out, even } = adaptive('adaptiveMaxPool', x, size)
  const dilation = image.map(() => 1)
  if (even) return x.op('maxPool', [], { ...aside(image, out), dilation })
  // windows spelled out side by side; a short one names its last place twice, which comes after the first in any order
  const rows = image.map((d, axis) => {
    const all = range(out[axis]!).map(i => windowAt(d, out[axis]!, i))
    const longest = Math.max(...all.map(([from, to]) => to - from))
    return all.flatMap(([from, to]) => range(longest).map(k => Math.min(from + k, to - 1)))
  })
  const wide = rows.reduce((y, row, axis) => y.gather(tensor(Int32Array.from(row)), axis + 2), x)
  return wide.op('maxPool', [], { ...aside(wide.shape.slice(2), out), dilation })
}
