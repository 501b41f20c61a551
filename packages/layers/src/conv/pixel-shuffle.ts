import { Module, ShapeError, type Tensor } from '@portolan/core'

/** x: [n, c·r², h, w] → [n, c, h·r, w·r] */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  const [n, all, h, w] = x.shape as [number, number, number, number]
  if (x.shape.length !== 4 || all % factor ** 2)
    throw new ShapeError(`pixelShuffle: the input must be [n, c·${factor}², h, w], got [${x.shape}]`)
  const c = all / factor ** 2
  return x
    .reshape([n, c, factor, factor, h, w])
    .transpose([0, 1, 4, 2, 5, 3])
    .reshape([n, c, h * factor, w * factor])
}

/** x: [n, c, h·r, w·r] → [n, c·r², h, w] */
export function pixelUnshuffle(x: Tensor, factor: number): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  if (x.shape.length !== 4 || h % factor || w % factor)
    throw new ShapeError(`pixelUnshuffle: the input must be [n, c, h, w] with h and w multiples of ${factor}, got [${x.shape}]`)
  return x
    .reshape([n, c, h / factor, factor, w / factor, factor])
    .transpose([0, 1, 3, 5, 2, 4])
    .reshape([n, c * factor ** 2, h / factor, w / factor])
}

/**
 * Makes an image larger out of channels: y[c, h·r + i, w·r + j] = x[c·r² + i·r + j, h, w].
 *
 * x: [n, c·r², h, w] → [n, c, h·r, w·r]. Shi et al., "Real-Time Single Image and Video Super-Resolution", 2016. PyTorch: PixelShuffle; Keras: -.
 * @throws ShapeError if the channels do not divide by r².
 * @example
 * new PixelShuffle(2).forward(zeros([1, 12, 4, 4]))    // [1, 3, 8, 8]
 */
export class PixelShuffle extends Module {
  constructor(readonly factor: number) {
    super()
  }
  /** x: [n, c·r², h, w] → [n, c, h·r, w·r] */
  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.factor)
  }
}

/**
 * Makes channels out of an image, the reverse of `PixelShuffle`: y[c·r² + i·r + j, h, w] = x[c, h·r + i, w·r + j].
 *
 * x: [n, c, h·r, w·r] → [n, c·r², h, w]. PyTorch: PixelUnshuffle; Keras: -.
 * @throws ShapeError if height and width do not divide by r.
 * @example
 * new PixelUnshuffle(2).forward(zeros([1, 3, 8, 8]))   // [1, 12, 4, 4]
 */
export class PixelUnshuffle extends Module {
  constructor(readonly factor: number) {
    super()
  }
  /** x: [n, c, h·r, w·r] → [n, c·r², h, w] */
  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.factor)
  }
}
