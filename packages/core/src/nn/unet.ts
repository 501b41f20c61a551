import { ShapeError } from '../errors.ts'
import { concat, type Tensor } from '../tensor/tensor.ts'
import { ReLU } from './activation-layers.ts'
import { BatchNorm2d } from './batch-norm.ts'
import { Conv2d } from './conv-layers.ts'
import { ConvTranspose2d } from './conv-transpose-layers.ts'
import { Module } from './module.ts'
import { MaxPool2d } from './pool-layers.ts'
import { Sequential } from './sequential.ts'
import { Upsample } from './upsample.ts'

/**
 * Two 3 × 3 convolutions, each with batch norm and ReLU: relu(bn(conv(relu(bn(conv(x)))))).
 *
 * x: [n, in, h, w] → [n, out, h, w]. middle: channels in between, default out. Parameters: double_conv.0, double_conv.1, double_conv.3, double_conv.4.
 * Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015. PyTorch: -; Keras: -.
 * @example
 * new DoubleConv(3, 64).forward(zeros([1, 3, 32, 32]))      // [1, 64, 32, 32]
 */
export class DoubleConv extends Module {
  readonly doubleConv: Sequential
  constructor(inChannels: number, outChannels: number, { middle = outChannels }: { middle?: number } = {}) {
    super()
    const conv = (from: number, to: number) => [new Conv2d(from, to, 3, { padding: 1, bias: false }), new BatchNorm2d(to), new ReLU()]
    this.doubleConv = new Sequential([...conv(inChannels, middle), ...conv(middle, outChannels)])
  }
  /** x: [n, in, h, w] → [n, out, h, w] */
  forward(x: Tensor): Tensor {
    return this.doubleConv.forward(x)
  }
}

/**
 * A step down a U-Net: doubleConv(maxPool(x)).
 *
 * x: [n, in, h, w] → [n, out, ⌊h / 2⌋, ⌊w / 2⌋]. Parameter: maxpool_conv.1.
 * Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015. PyTorch: -; Keras: -.
 * @example
 * new UNetDown(64, 128).forward(zeros([1, 64, 32, 32]))     // [1, 128, 16, 16]
 */
export class UNetDown extends Module {
  readonly maxpoolConv: Sequential
  constructor(inChannels: number, outChannels: number) {
    super()
    this.maxpoolConv = new Sequential([new MaxPool2d(2), new DoubleConv(inChannels, outChannels)])
  }
  /** x: [n, in, h, w] → [n, out, ⌊h / 2⌋, ⌊w / 2⌋] */
  forward(x: Tensor): Tensor {
    return this.maxpoolConv.forward(x)
  }
}

/**
 * A step up a U-Net, beside what was seen at this size on the way down: doubleConv(concat(skip, up(x))).
 *
 * x: [n, in, h, w], skip: [n, in / 2, h′, w′], h′ = 2·h or 2·h + 1 → [n, out, h′, w′]. bilinear: whether x is stretched, and then has in / 2
 * channels, in place of a transposed convolution; default false. Parameters: up (unless bilinear), conv.
 * Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015. PyTorch: -; Keras: -.
 * @throws ShapeError if the skip is smaller than what comes up.
 * @example
 * new UNetUp(128, 64).forward(zeros([1, 128, 16, 16]), { skip: zeros([1, 64, 32, 32]) })   // [1, 64, 32, 32]
 */
export class UNetUp extends Module {
  readonly up: ConvTranspose2d | Upsample
  readonly conv: DoubleConv
  constructor(inChannels: number, outChannels: number, { bilinear = false }: { bilinear?: boolean } = {}) {
    super()
    this.up = bilinear
      ? new Upsample({ scale: 2, mode: 'linear', alignCorners: true })
      : new ConvTranspose2d(inChannels, inChannels / 2, 2, { stride: 2 })
    this.conv = new DoubleConv(inChannels, outChannels, bilinear ? { middle: inChannels / 2 } : {})
  }
  /** x: [n, in, h, w], skip: [n, in / 2, h′, w′] → [n, out, h′, w′] */
  forward(x: Tensor, { skip }: { skip: Tensor }): Tensor {
    const larger = this.up.forward(x)
    const rest = skip.shape.map((d, axis) => (axis < 2 ? 0 : d - larger.shape[axis]!))
    if (rest.some(r => r < 0))
      throw new ShapeError(`UNetUp: the skip must be at least as large as what comes up, [${larger.shape}], got [${skip.shape}]`)
    const fitted = rest.some(r => r)
      ? larger.pad(
          rest.map(r => r >> 1),
          rest.map(r => r - (r >> 1)),
        )
      : larger
    return this.conv.forward(concat([skip, fitted], 1))
  }
}
