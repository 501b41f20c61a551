import { ShapeError, type Tensor } from '@portolan/core'

/**
 * How strongly the maps of a layer go together, wherever in the picture: F·Fᵀ/(c·h·w), F: [c, h·w].
 *
 * features: [n, c, h, w] → [n, c, c]
 * Gatys et al., "Image Style Transfer Using Convolutional Neural Networks", 2016.
 * @throws ShapeError unless they are maps.
 * @example
 * const style = gram(features.conv3)
 */
export function gram(features: Tensor): Tensor {
  const [n, c, h, w] = features.shape as [number, number, number, number]
  if (features.shape.length !== 4) throw new ShapeError(`gram: features must be [n, c, h, w], got [${features.shape}]`)
  const rows = features.reshape([n, c, h * w])
  return rows.matmul(rows, { transposeB: true }).mul(1 / (c * h * w))
}
