import { ShapeError, tensor, type Tensor } from '@portolan/core'

/** What a model wants to be done to a picture before it sees it, as data: resized, cut, normalized. */
export interface Preprocessing {
  /** The shorter side after resizing, in pixels. */
  readonly resize: number
  /** The side of the square that is cut out of the middle, in pixels. */
  readonly crop: number
  readonly interpolation: 'bilinear' | 'bicubic'
  /** Of each channel in 0 … 1; taken off first. */
  readonly mean: readonly number[]
  /** Of each channel; divided by at last. */
  readonly std: readonly number[]
}

/** ImageNet's, as of torchvision's weights. */
export const imageNet: Preprocessing = {
  resize: 256,
  crop: 224,
  interpolation: 'bilinear',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
}

/** Both brought to −1 … 1: what the Inception networks were trained on, and what torchvision's `transform_input` comes to. */
export const symmetric = (resize: number, crop: number): Preprocessing => ({
  resize,
  crop,
  interpolation: 'bilinear',
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
})

/**
 * Pictures as a model wants them, once they are cut to size: y = (x / 255 − mean) / std. Put before the model in an exported
 * file, it lets plain pixels in.
 *
 * pixels: uint8 [n, c, h, w] → float32 [n, c, h, w]
 * @throws ShapeError unless there is one mean for each channel.
 * @example
 * await exportOnnx(model, { pixels: { shape: ['n', 3, 224, 224], dtype: 'uint8' } }, { preprocess: x => normalize(x, model.preprocessing) })
 */
export function normalize(pixels: Tensor, { mean, std }: Preprocessing): Tensor {
  if (pixels.shape.length !== 4 || pixels.shape[1] !== mean.length)
    throw new ShapeError(`normalize: pixels must be [n, ${mean.length}, h, w], one channel for each mean, got [${pixels.shape}]`)
  const wide = (numbers: readonly number[]): Tensor => tensor([...numbers], [1, numbers.length, 1, 1])
  const factor = wide(std.map(s => 1 / (255 * s)))
  return pixels
    .cast('float32')
    .mul(factor)
    .sub(wide(mean.map((m, i) => m / std[i]!)))
}
