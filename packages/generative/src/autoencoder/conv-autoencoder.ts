import { Conv2d, ConvTranspose2d, Module, RangeError, ReLU, Sequential, type Tensor } from '@portolan/core'

/** Options of `ConvAutoencoder`. */
export interface ConvAutoencoderOptions {
  /** Of a picture; default 1. */
  channels?: number
  /** Channels behind each halving of the sides; default [16, 32]. */
  widths?: readonly number[]
  /** Channels of the code; default 4. */
  code?: number
}

/**
 * Compresses pictures to small maps and makes them again of these, by strided convolutions and their transposes.
 *
 * x: [n, c, h, w], 0 … 1, h and w multiples of 2^widths → [n, c, h, w]; the code is [n, code, h/2^widths, w/2^widths].
 * Parameters: encoder.0, encoder.2, …, decoder.0, … Train it by `binaryCrossEntropy` where most of a picture is black: the mean squared
 * error drives the sigmoid to 0 everywhere before anything else is learned, and its gradient ends there.
 * Masci et al., "Stacked Convolutional Auto-Encoders for Hierarchical Feature Extraction", 2011.
 * @throws RangeError without any width.
 * @example
 * new ConvAutoencoder().encode(zeros([1, 1, 28, 28]))   // [1, 4, 7, 7]
 */
export class ConvAutoencoder extends Module {
  readonly encoder: Sequential
  readonly decoder: Sequential
  constructor({ channels = 1, widths = [16, 32], code = 4 }: ConvAutoencoderOptions = {}) {
    super()
    if (!widths.length) throw new RangeError('ConvAutoencoder: widths must name at least one number of channels, got none')
    const sizes = [channels, ...widths]
    const halve = widths.flatMap((w, i) => [new Conv2d(sizes[i]!, w, 3, { stride: 2, padding: 1 }), new ReLU()])
    const twice = widths.map((_, i) => widths.length - 1 - i).flatMap(i => [new ReLU(), new ConvTranspose2d(sizes[i + 1]!, sizes[i]!, 4, { stride: 2, padding: 1 })]) // prettier-ignore
    const last = widths.at(-1)!
    this.encoder = new Sequential([...halve, new Conv2d(last, code, 3, { padding: 1 })])
    this.decoder = new Sequential([new Conv2d(code, last, 3, { padding: 1 }), ...twice])
  }
  /** x: [n, c, h, w] → [n, code, h/2^widths, w/2^widths] */
  encode(x: Tensor): Tensor {
    return this.encoder.forward(x)
  }
  /** code → pictures in 0 … 1 */
  decode(code: Tensor): Tensor {
    return this.decoder.forward(code).sigmoid()
  }
  /** x: [n, c, h, w], 0 … 1 → the same pictures, made again */
  forward(x: Tensor): Tensor {
    return this.decode(this.encode(x))
  }
}
