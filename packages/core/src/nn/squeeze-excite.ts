import type { Tensor } from '../tensor/tensor.ts'
import type { Activation } from './activation.ts'
import { Conv2d } from './conv-layers.ts'
import { Module } from './module.ts'

/** Options of `SqueezeExcite`. */
export interface SqueezeExciteOptions {
  /** Channels in between; default channels / 16, at least 1. */
  squeeze?: number
  /** Default ReLU. */
  activation?: Activation
  /** What makes weights of the channels, 0 … 1; default sigmoid. */
  scale?: Activation
}

/**
 * Weighs each channel by what all of them are on average: x·σ(W₂·relu(W₁·mean(x) + b₁) + b₂).
 *
 * x: [n, c, h, w] → same. Parameters: fc1, fc2, both 1 × 1 convolutions.
 * Hu et al., "Squeeze-and-Excitation Networks", 2017. PyTorch: - (torchvision's SqueezeExcitation); Keras: -.
 * @example
 * new SqueezeExcite(64, { squeeze: 16 }).forward(x)
 */
export class SqueezeExcite extends Module {
  readonly fc1: Conv2d
  readonly fc2: Conv2d
  readonly #activation: Activation
  readonly #scale: Activation
  constructor(
    channels: number,
    { squeeze = Math.max(1, channels >> 4), activation = x => x.relu(), scale = x => x.sigmoid() }: SqueezeExciteOptions = {},
  ) {
    super()
    this.fc1 = new Conv2d(channels, squeeze, 1)
    this.fc2 = new Conv2d(squeeze, channels, 1)
    this.#activation = activation
    this.#scale = scale
  }
  /** x: [n, c, h, w] → same */
  forward(x: Tensor): Tensor {
    const means = x.mean([2, 3], true) // [n, c, 1, 1]
    return x.mul(this.#scale(this.fc2.forward(this.#activation(this.fc1.forward(means)))))
  }
}
