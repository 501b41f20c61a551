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
  /**
   * How often the sides are halved: 2, the default, as in the texts, with windows of 5 × 5 on the way up and 3 × 3 on the way down; or 3,
   * with windows of 4 × 4 (3 × 3 between sides of 4 and 7) both ways: a discriminator that sees half of a digit at once judges its shape.
   */
  depth?: number
}

/** Options of `DCGANGenerator`. */
export interface DCGANGeneratorOptions extends DCGANOptions {
  /** Default 100. */
  latents?: number
}

/** Options of `DCGANDiscriminator`. */
export interface DCGANDiscriminatorOptions extends DCGANOptions {
  /** Batch norm behind each convolution but the first, as Radford et al. have it; not under a gradient penalty. Default false. */
  batchNorm?: boolean
}

/** Sides of the maps, from the picture's to the smallest. */
function sides(name: string, size: number, depth: number): number[] {
  if (!(Number.isInteger(size / 4) && size > 0)) throw new RangeError(`${name}: size must be a multiple of 4, got ${size}`)
  if (depth !== 2 && depth !== 3) throw new RangeError(`${name}: depth must be 2 or 3, got ${depth}`)
  return Array.from({ length: depth + 1 }, (_, i) => Math.ceil(size / 2 ** i))
}

/** How wide a window with a stride of 2 and a border of 1 must be for both sides. */
const windowOf = (small: number, large: number): number => large - 2 * small + 4

/**
 * Makes pictures of noise: Linear → 4·width maps (8·width with a depth of 3) → transposed convolutions that double the sides, with
 * batch norm and leaky ReLU (0.2) between, tanh at the end. With classes their label stands beside the noise as ones and zeros.
 *
 * z: [n, latents], label: int32 [n] if there are classes → [n, channels, size, size] in −1 … 1. Parameters: fc, bn0, up1, bn1, up2, and
 * bn2, up3 with a depth of 3.
 * Radford et al., "Unsupervised Representation Learning with DCGANs", 2015; classes: Mirza and Osindero, "Conditional GANs", 2014.
 * @throws RangeError for a size that is no multiple of 4 or another depth; PortolanError without the labels of classes.
 * @example
 * new DCGANGenerator().forward(new Rng(1).normal([16, 100]))   // [16, 1, 28, 28]
 */
export class DCGANGenerator extends Module {
  readonly fc: Linear
  readonly bn0: BatchNorm2d
  readonly up1: ConvTranspose2d
  readonly bn1: BatchNorm2d
  readonly up2: ConvTranspose2d
  readonly bn2: BatchNorm2d | undefined
  readonly up3: ConvTranspose2d | undefined
  readonly latents: number
  readonly classes: number
  readonly #maps: readonly [channels: number, side: number]
  constructor({ size = 28, channels = 1, width = 32, latents = 100, classes = 0, depth = 2 }: DCGANGeneratorOptions = {}) {
    super()
    const side = sides('DCGANGenerator', size, depth).toReversed()
    const most = width * 2 ** depth
    const up = (i: number, bias: boolean): ConvTranspose2d => {
      const [small, large] = [side[i - 1]!, side[i]!]
      const [from, to] = [most / 2 ** (i - 1), i === depth ? channels : most / 2 ** i]
      return depth === 2
        ? new ConvTranspose2d(from, to, 5, { stride: 2, padding: 2, outputPadding: 1, bias })
        : new ConvTranspose2d(from, to, windowOf(small, large), { stride: 2, padding: 1, bias })
    }
    this.latents = latents
    this.classes = classes
    this.#maps = [most, side[0]!]
    this.fc = new Linear(latents + classes, most * side[0]! ** 2, { bias: false })
    this.bn0 = new BatchNorm2d(most)
    this.up1 = up(1, false)
    this.bn1 = new BatchNorm2d(most / 2)
    this.up2 = up(2, depth === 2)
    this.bn2 = depth === 3 ? new BatchNorm2d(most / 4) : undefined
    this.up3 = depth === 3 ? up(3, true) : undefined
  }
  /** z: [n, latents], N(0, 1), label: int32 [n] with classes → pictures [n, channels, size, size], −1 … 1 */
  forward(z: Tensor, label?: Tensor): Tensor {
    const [channels, side] = this.#maps
    const seed = this.classes ? concat([z, classRows('DCGANGenerator', label, this.classes, z.shape[0]!)], 1) : z
    let x = this.fc.forward(seed).reshape([-1, channels, side, side]) // [n, 2^depth·width, size/2^depth, size/2^depth]
    x = this.up1.forward(leakyRelu(this.bn0.forward(x), 0.2))
    x = this.up2.forward(leakyRelu(this.bn1.forward(x), 0.2))
    if (this.bn2 && this.up3) x = this.up3.forward(leakyRelu(this.bn2.forward(x), 0.2))
    return x.tanh() // [n, channels, size, size]
  }
}

/**
 * Tells real pictures from made ones: strided convolutions, two or as many as `depth`, with leaky ReLU (0.2) → Linear. Without
 * batch norm it serves as the critic of a WGAN-GP, too. With classes its score is w·h + vᵧ·h, with a vector v of each class.
 *
 * x: [n, channels, size, size], label: int32 [n] if there are classes → scores [n, 1]. Parameters: conv1, conv2, fc, and class_vectors
 * if there are classes, conv3 with a depth of 3, bn2 and bn3 with batch norm.
 * Radford et al., 2015; classes: Miyato and Koyama, "cGANs with Projection Discriminator", 2018.
 * @throws ShapeError for pictures of another size; RangeError for a size that is no multiple of 4 or another depth; PortolanError
 * without the labels of classes.
 * @example
 * new DCGANDiscriminator().forward(zeros([16, 1, 28, 28]))   // [16, 1]
 */
export class DCGANDiscriminator extends Module {
  readonly conv1: Conv2d
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d | undefined
  readonly conv3: Conv2d | undefined
  readonly bn3: BatchNorm2d | undefined
  readonly fc: Linear
  readonly classVectors: Linear | undefined
  readonly classes: number
  readonly #shape: readonly number[]
  constructor({ size = 28, channels = 1, width = 32, classes = 0, depth = 2, batchNorm = false }: DCGANDiscriminatorOptions = {}) {
    super()
    const side = sides('DCGANDiscriminator', size, depth)
    const features = width * 2 ** (depth - 1) * side[depth]! ** 2
    const down = (i: number, from: number, bias = !batchNorm): Conv2d =>
      new Conv2d(from, width * 2 ** (i - 1), depth === 2 ? 3 : windowOf(side[i]!, side[i - 1]!), { stride: 2, padding: 1, bias })
    this.classes = classes
    this.#shape = [channels, size, size]
    this.conv1 = down(1, channels, true)
    this.conv2 = down(2, width)
    this.bn2 = batchNorm ? new BatchNorm2d(2 * width) : undefined
    this.conv3 = depth === 3 ? down(3, 2 * width) : undefined
    this.bn3 = batchNorm && depth === 3 ? new BatchNorm2d(4 * width) : undefined
    this.fc = new Linear(features, 1)
    this.classVectors = classes ? new Linear(classes, features, { bias: false }) : undefined
  }
  /** x: [n, channels, size, size], −1 … 1, label: int32 [n] with classes → scores [n, 1], high for real ones */
  forward(x: Tensor, label?: Tensor): Tensor {
    checkSamples('DCGANDiscriminator', x, this.#shape)
    const then = (h: Tensor, norm: BatchNorm2d | undefined): Tensor => leakyRelu(norm ? norm.forward(h) : h, 0.2)
    let h = then(this.conv1.forward(x), undefined) // [n, width, size/2, size/2]
    h = then(this.conv2.forward(h), this.bn2) // [n, 2·width, size/4, size/4]
    if (this.conv3) h = then(this.conv3.forward(h), this.bn3) // [n, 4·width, size/8, size/8]
    h = h.flatten(1)
    const score = this.fc.forward(h)
    if (!this.classVectors) return score
    const vectors = this.classVectors.forward(classRows('DCGANDiscriminator', label, this.classes, x.shape[0]!))
    return score.add(vectors.mul(h).sum(1, true))
  }
}
