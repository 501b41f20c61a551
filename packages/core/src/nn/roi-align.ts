import { apply, type Tensor } from '../tensor/tensor.ts'
import { sides, type Sides } from './windows.ts'

/** Options of `roiAlign`. */
export interface RoiAlignOptions {
  /** Height and width of each output. */
  size: Sides<2>
  /** Which image each box is of: int32 [k]. */
  image: Tensor
  /** Pixels of x for each unit of the boxes, such as 1/16; default 1. */
  scale?: number
  /** How many samples are taken along each axis of a bin, ≥ 1. */
  samples: number
  /** Whether centres of pixels are at halves; false, the default as in torchvision, is older and half a pixel off. */
  aligned?: boolean
}

/**
 * Parts of images, cut out by boxes and brought to one size: the mean of bilinear samples in each bin, torchvision's `roi_align`.
 * Only x gets a gradient. He et al., "Mask R-CNN", 2017.
 *
 * x: [n, c, h, w], boxes: [k, 4] of x₁, y₁, x₂, y₂ → [k, c, ...size]
 * @throws ShapeError if the boxes do not fit; RangeError if a box is of an image that is not there.
 * @example
 * roiAlign(features, boxes, { image, size: 7, scale: 1 / 16, samples: 2, aligned: true })
 */
export const roiAlign = (x: Tensor, boxes: Tensor, { size, image, scale = 1, samples, aligned = false }: RoiAlignOptions): Tensor =>
  apply('roiAlign', [x, boxes, image], { size: sides('roiAlign: size', 2, size), scale, samples, aligned })[0]!
