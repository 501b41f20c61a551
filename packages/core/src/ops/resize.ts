import { DTypeError, ShapeError } from '../errors.ts'
import { along } from '../tensor/along.ts'
import { size as count } from '../tensor/spec.ts'
import { apply } from '../tensor/tensor.ts'
import { interpolationMatrix, type AxisOptions, type Interpolation } from './interpolation.ts'
import type { Family, Sig } from './op.ts'

/** Attributes of `resize`. */
export interface ResizeAttrs {
  /** Of the spatial axes. */
  size: number[]
  mode: Interpolation
  alignCorners: boolean
  /** For each spatial axis; left out: size / the input's. */
  scale?: number[]
}

/** Signature of resizing. */
export interface Resize {
  resize: Sig<1, ResizeAttrs>
}

/** The attributes for one spatial axis. */
export const axisOptions = ({ mode, alignCorners, scale }: ResizeAttrs, axis: number): AxisOptions => ({
  mode,
  alignCorners,
  scale: scale?.[axis],
})

export const resize: Family<Resize> = {
  // x [n, c, ...] → [n, c, ...size], one axis after the other a matrix of weights; the gradient is by its transpose
  resize: {
    infer: ([x], { size, scale = size }) => {
      if (x.dtype !== 'float32') throw new DTypeError(`needs float32, got ${x.dtype}. Cast it: x.cast('float32')`)
      if (x.shape.length !== size.length + 2 || scale.length !== size.length)
        throw new ShapeError(`the input must be [n, c, …] with ${size.length} spatial axes, got [${x.shape}]`)
      if (size.some(d => !Number.isInteger(d) || d < 1) || count(x.shape.slice(2)) === 0)
        throw new ShapeError(`sizes must be integers ≥ 1, got [${x.shape}] to [${size}]`)
      return { shape: [x.shape[0]!, x.shape[1]!, ...size], dtype: x.dtype }
    },
    vjp: ({ g, x: [x], attrs }) => [
      () =>
        attrs.size.reduce((y, m, i) => {
          const [n, options] = [x.shape[i + 2]!, axisOptions(attrs, i)]
          if (n === m && !options.scale) return y
          const matrix = apply('constant', [], { data: interpolationMatrix(n, m, options), shape: [m, n], dtype: 'float32' })[0]!
          return along(y, i + 2, matrix, true)
        }, g),
    ],
  },
}
