import { AvgPool2d, BatchNorm2d, concat, Conv2d, Module, type Tensor } from '@portolan/core'

/** What a dense block adds: conv₃(relu(bn(conv₁(relu(bn(x)))))). */
class DenseLayer extends Module {
  readonly norm1: BatchNorm2d
  readonly conv1: Conv2d
  readonly norm2: BatchNorm2d
  readonly conv2: Conv2d
  constructor(inChannels: number, growth: number, width: number) {
    super()
    this.norm1 = new BatchNorm2d(inChannels)
    this.conv1 = new Conv2d(inChannels, width * growth, 1, { bias: false })
    this.norm2 = new BatchNorm2d(width * growth)
    this.conv2 = new Conv2d(width * growth, growth, 3, { padding: 1, bias: false })
  }
  forward(x: Tensor): Tensor {
    const narrow = this.conv1.forward(this.norm1.forward(x).relu())
    return this.conv2.forward(this.norm2.forward(narrow).relu())
  }
}

/** Options of `DenseBlock`. */
export interface DenseBlockOptions {
  /** How many layers. */
  layers: number
  /** Channels that each adds; default 32. */
  growth?: number
  /** How many times growth the channels inside a layer are; default 4. */
  width?: number
}

/**
 * Layers of which each sees what all before it gave: xᵢ₊₁ = concat(x₀, …, xᵢ, layerᵢ(concat(x₀, …, xᵢ))).
 *
 * x: [n, in, h, w] → [n, in + layers·growth, h, w]. Parameters: denselayer1, denselayer2, …, each norm1, conv1, norm2, conv2, as in torchvision.
 * Huang et al., "Densely Connected Convolutional Networks", 2016. PyTorch: - (torchvision's _DenseBlock); Keras: -.
 * @example
 * new DenseBlock(64, { layers: 6 }).forward(zeros([1, 64, 8, 8]))      // [1, 256, 8, 8]
 */
export class DenseBlock extends Module {
  readonly [name: `denselayer${number}`]: DenseLayer
  readonly #layers: readonly DenseLayer[]
  constructor(inChannels: number, { layers, growth = 32, width = 4 }: DenseBlockOptions) {
    super()
    this.#layers = Array.from({ length: layers }, (_, i) => new DenseLayer(inChannels + i * growth, growth, width))
    Object.assign(this, Object.fromEntries(this.#layers.map((layer, i) => [`denselayer${i + 1}`, layer])))
  }
  /** x: [n, in, h, w] → [n, in + layers·growth, h, w] */
  forward(x: Tensor): Tensor {
    return this.#layers.reduce((all, layer) => concat([all, layer.forward(all)], 1), x)
  }
}

/**
 * What stands between dense blocks, fewer channels and half the size: mean₂ₓ₂(conv₁(relu(bn(x)))).
 *
 * x: [n, in, h, w] → [n, out, ⌊h / 2⌋, ⌊w / 2⌋]. Parameters: norm, conv, as in torchvision.
 * Huang et al., "Densely Connected Convolutional Networks", 2016. PyTorch: - (torchvision's _Transition); Keras: -.
 * @example
 * new DenseTransition(256, 128).forward(zeros([1, 256, 8, 8]))         // [1, 128, 4, 4]
 */
export class DenseTransition extends Module {
  readonly norm: BatchNorm2d
  readonly conv: Conv2d
  readonly pool = new AvgPool2d(2)
  constructor(inChannels: number, outChannels: number) {
    super()
    this.norm = new BatchNorm2d(inChannels)
    this.conv = new Conv2d(inChannels, outChannels, 1, { bias: false })
  }
  /** x: [n, in, h, w] → [n, out, ⌊h / 2⌋, ⌊w / 2⌋] */
  forward(x: Tensor): Tensor {
    return this.pool.forward(this.conv.forward(this.norm.forward(x).relu()))
  }
}
