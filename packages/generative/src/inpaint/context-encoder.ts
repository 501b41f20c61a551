import { Conv2d, ConvTranspose2d, Module, ReLU, Sequential, type Tensor } from '@portolan/core'
import { withHoles } from './holes.ts'

/** Options of `ContextEncoder`. */
export interface ContextEncoderOptions {
  /** Of a picture; default 1. */
  channels?: number
  /** Of the first convolution; default 32. */
  width?: number
}

/**
 * Fills holes in pictures with what fits around them: an autoencoder whose strides and dilations see far, told where the holes are. What is
 * known stays as it is; what is filled in may leave 0 … 1 by a little, so clip it.
 *
 * x: [n, c, h, w], 0 … 1, known: [n, 1, h, w], 1 or 0, h and w multiples of 4 → [n, c, h, w]. Parameters: encoder.0, …, decoder.0, …
 * Pathak et al., "Context Encoders: Feature Learning by Inpainting", 2016; dilations: Iizuka et al., "Globally and Locally Consistent Image Completion", 2017.
 * @example
 * const whole = model.forward(picture, known)
 */
export class ContextEncoder extends Module {
  readonly encoder: Sequential
  readonly decoder: Sequential
  constructor({ channels = 1, width = 32 }: ContextEncoderOptions = {}) {
    super()
    const conv = (from: number, to: number, stride: number, dilation = 1) => [
      new Conv2d(from, to, 3, { stride, padding: dilation, dilation }),
      new ReLU(),
    ]
    const wide = 2 * width
    this.encoder = new Sequential([
      ...conv(channels + 1, width, 1),
      ...conv(width, wide, 2), // [n, 2·width, h/2, w/2]
      ...conv(wide, wide, 2), // [n, 2·width, h/4, w/4]
      ...conv(wide, wide, 1, 2),
      ...conv(wide, wide, 1),
    ])
    const twice = { stride: 2, padding: 1 } as const
    this.decoder = new Sequential([
      new ConvTranspose2d(wide, wide, 4, twice),
      new ReLU(),
      new ConvTranspose2d(wide, width, 4, twice),
      new ReLU(),
      new Conv2d(width, channels, 3, { padding: 1 }),
    ])
  }
  /** x: [n, c, h, w], 0 … 1, known: [n, 1, h, w], 1 or 0 → the pictures with their holes filled */
  forward(x: Tensor, known: Tensor): Tensor {
    const made = this.decoder.forward(this.encoder.forward(withHoles(x, known)))
    return x.mul(known).add(made.mul(known.neg().add(1)))
  }
}
