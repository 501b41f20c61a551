import { BatchNorm2d, concat, Conv2d, ConvTranspose2d, leakyRelu, Linear, Module, RangeError, type Tensor } from '@portolan/core'
import { checkSamples } from '../autoencoder/dense-layers.ts'
import { classRows } from './class-rows.ts'

/** Options of both networks of a DCGAN. */
export interface DCGANOptions {
  /** Sides of the pictures, a multiple of 4; default 28. */
  size?: number
  /** Of the pictures; default 1. */
  channels?: number
  /** Channels of the first convolution of the discriminator; the generator begins with four times as many. Default 32. */
  width?: number
  /** How many classes both are told; default 0, none. */
  classes?: number
}

/** Options of `DCGANGenerator`. */
export interface DCGANGeneratorOptions extends DCGANOptions {
  /** Default 100. */
  latents?: number
}

const checkSize = (name: string, size: number): number => {
  if (!(Number.isInteger(size / 4) && size > 0)) throw new RangeError(`${name}: size must be a multiple of 4, got ${size}`)
  return size / 4
}

/**
 * Makes pictures of noise: Linear → 4·width maps → two transposed 5 × 5 convolutions that double the sides, with batch norm and leaky
 * ReLU (0.2) between, tanh at the end. With classes their label stands beside the noise as ones and zeros.
 *
 * z: [n, latents], label: int32 [n] if there are classes → [n, channels, size, size] in −1 … 1. Parameters: fc, bn0, up1, bn1, up2.
 * Radford et al., "Unsupervised Representation Learning with DCGANs", 2015; classes: Mirza and Osindero, "Conditional GANs", 2014.
 * @throws RangeError for a size that is no multiple of 4; PortolanError without the labels of classes.
 * @example
 * new DCGANGenerator().forward(new Rng(1).normal([16, 100]))   // [16, 1, 28, 28]
 */
export class DCGANGenerator extends Module {
  readonly fc: Linear
  readonly bn0: BatchNorm2d
  readonly up1: ConvTranspose2d
  readonly bn1: BatchNorm2d
  readonly up2: ConvTranspose2d
  readonly latents: number
  readonly classes: number
  readonly #maps: readonly [channels: number, side: number]
  constructor({ size = 28, channels = 1, width = 32, latents = 100, classes = 0 }: DCGANGeneratorOptions = {}) {
    super()
    const side = checkSize('DCGANGenerator', size)
    this.latents = latents
    this.classes = classes
    this.#maps = [4 * width, side]
    const twice = { stride: 2, padding: 2, outputPadding: 1 } as const
    this.fc = new Linear(latents + classes, 4 * width * side ** 2, { bias: false })
    this.bn0 = new BatchNorm2d(4 * width)
    this.up1 = new ConvTranspose2d(4 * width, 2 * width, 5, { ...twice, bias: false })
    this.bn1 = new BatchNorm2d(2 * width)
    this.up2 = new ConvTranspose2d(2 * width, channels, 5, twice)
  }
  /** z: [n, latents], N(0, 1), label: int32 [n] with classes → pictures [n, channels, size, size], −1 … 1 */
  forward(z: Tensor, label?: Tensor): Tensor {
    const [channels, side] = this.#maps
    const seed = this.classes ? concat([z, classRows('DCGANGenerator', label, this.classes, z.shape[0]!)], 1) : z
    let x = this.fc.forward(seed).reshape([-1, channels, side, side]) // [n, 4·width, size/4, size/4]
    x = this.up1.forward(leakyRelu(this.bn0.forward(x), 0.2)) // [n, 2·width, size/2, size/2]
    return this.up2.forward(leakyRelu(this.bn1.forward(x), 0.2)).tanh()
  }
}

/**
 * Tells real pictures from made ones: two strided 3 × 3 convolutions with leaky ReLU (0.2) → Linear. It has no batch norm, so it serves
 * as the critic of a WGAN-GP, too. With classes its score is w·h + vᵧ·h, with a vector v of each class.
 *
 * x: [n, channels, size, size], label: int32 [n] if there are classes → scores [n, 1]. Parameters: conv1, conv2, fc, and class_vectors if there are classes.
 * Radford et al., 2015; classes: Miyato and Koyama, "cGANs with Projection Discriminator", 2018.
 * @throws ShapeError for pictures of another size; PortolanError without the labels of classes.
 * @example
 * new DCGANDiscriminator().forward(zeros([16, 1, 28, 28]))   // [16, 1]
 */
export class DCGANDiscriminator extends Module {
  readonly conv1: Conv2d
  readonly conv2: Conv2d
  readonly fc: Linear
  readonly classVectors: Linear | undefined
  readonly classes: number
  readonly #shape: readonly number[]
  constructor({ size = 28, channels = 1, width = 32, classes = 0 }: DCGANOptions = {}) {
    super()
    const features = 2 * width * checkSize('DCGANDiscriminator', size) ** 2
    this.classes = classes
    this.#shape = [channels, size, size]
    this.conv1 = new Conv2d(channels, width, 3, { stride: 2, padding: 1 })
    this.conv2 = new Conv2d(width, 2 * width, 3, { stride: 2, padding: 1 })
    this.fc = new Linear(features, 1)
    this.classVectors = classes ? new Linear(classes, features, { bias: false }) : undefined
  }
  /** x: [n, channels, size, size], −1 … 1, label: int32 [n] with classes → scores [n, 1], high for real ones */
  forward(x: Tensor, label?: Tensor): Tensor {
    checkSamples('DCGANDiscriminator', x, this.#shape)
    let h = leakyRelu(this.conv1.forward(x), 0.2) // [n, width, size/2, size/2]
    h = leakyRelu(this.conv2.forward(h), 0.2).flatten(1) // [n, 2·width·(size/4)²]
    const score = this.fc.forward(h)
    if (!this.classVectors) return score
    const vectors = this.classVectors.forward(classRows('DCGANDiscriminator', label, this.classes, x.shape[0]!))
    return score.add(vectors.mul(h).sum(1, true))
  }
}
