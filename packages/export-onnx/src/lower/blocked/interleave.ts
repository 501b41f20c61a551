import { range, type Shape } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
import type { Blocked, Four } from './layout.ts'

/**
 * Blocked tensors of one shape become the places of little rectangles, row by row, that tile an image of h × w, cut off at its end;
 * a part that is undefined is zeros, and so is what the rectangles do not reach.
 */
export function interleave(
  b: Builder,
  block: number,
  parts: readonly (Ref | undefined)[],
  [rows, columns]: readonly [number, number],
  shape: Shape,
): Blocked {
  const [n, c, h, w] = shape as Four
  const known = parts.filter(p => p !== undefined)
  const [planes, sh, sw] = [(n * c) / block, known[0]!.shape[2]!, known[0]!.shape[3]!]
  const long = known.length * sh * sw
  const index = range(h * w).map(k => {
    const [y, x] = [Math.floor(k / w), k % w]
    const [ty, tx] = [Math.floor(y / rows), Math.floor(x / columns)]
    const part = known.indexOf(parts[(y % rows) * columns + (x % columns)]!)
    return part < 0 || ty >= sh || tx >= sw ? long : (part * sh + ty) * sw + tx
  })
  const as = (shape: number[]) => ({ shape, type: 'float32' }) as const
  return b.lazy(shape, 'float32', name => {
    const all = known.map(p => b.reshape(p, [planes, sh * sw, block]))
    const nothing = [planes, 1, block]
    if (index.includes(long)) all.push(b.node('Expand', [b.f32(0), b.i64(nothing)], {}, as(nothing)))
    const stack = b.node('Concat', all, { axis: 1 }, as([planes, long + all.length - known.length, block]))
    const image = b.node('Gather', [stack, b.i64(index)], { axis: 1 }, as([planes, h * w, block]))
    b.define(name, 'Reshape', [image, b.i64(shape)])
  })
}
