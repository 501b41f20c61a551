import { PortolanError, ShapeError } from '../errors.ts'
import type { Interpolation } from '../ops/interpolation.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { sides, type Sides, type Spatial } from './windows.ts'

/** Options of `resize`. */
export interface ResizeOptions {
  /** The new image: one number, or one for each spatial axis. */
  size?: Sides<Spatial>
  /** How many times as large, instead: the size is ⌊side·scale⌋. */
  scale?: number | readonly number[]
  /**
   * 'nearest', the default: the input at ⌊i / scale⌋; 'nearestExact': at the nearest centre; 'linear': between the nearest two of each
   * axis (bilinear, trilinear); 'cubic': between four (bicubic, a = −¾).
   */
  mode?: Interpolation
  /** Whether the centres of the corners stay where they are, not the outer edges of the image: for 'linear' and 'cubic'; default false. */
  alignCorners?: boolean
}

/**
 * Larger or smaller images: PyTorch's `interpolate`. Where an image becomes smaller, what lies between the places that are looked at is
 * not averaged; `adaptiveAvgPool` does that.
 *
 * x: [n, c, ...image] → [n, c, ...size], one to three spatial axes
 * @throws PortolanError unless one of size and scale is given, or if alignCorners is asked of 'nearest'; ShapeError if they do not fit.
 * @example
 * resize(x, { scale: 2 })                                            // each pixel becomes four
 * resize(x, { size: [224, 224], mode: 'linear' })
 */
export function resize(x: Tensor, { size, scale, mode = 'nearest', alignCorners = false }: ResizeOptions): Tensor {
  const image = x.shape.slice(2)
  if (image.length < 1 || image.length > 3)
    throw new ShapeError(`resize: the input must be [n, c, …] with one to three spatial axes, got [${x.shape}]`)
  if ((size === undefined) === (scale === undefined)) throw new PortolanError('resize: give either size or scale')
  if (alignCorners && mode !== 'linear' && mode !== 'cubic')
    throw new PortolanError(`resize: alignCorners is for linear and cubic, not for ${mode}`)
  if (size !== undefined) return x.op('resize', [], { size: sides('resize: size', image.length, size), mode, alignCorners })
  const scales = typeof scale === 'number' ? image.map(() => scale) : [...scale!]
  if (scales.length !== image.length || !scales.every(s => s > 0 && s < Infinity))
    throw new ShapeError(`resize: scale must be a number > 0, or ${image.length} of them, got [${scale}]`)
  return x.op('resize', [], { size: image.map((d, i) => Math.floor(d * scales[i]!)), mode, alignCorners, scale: scales })
}
