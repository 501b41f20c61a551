import { concat, Conv2d, Module, ReLU, Sequential, type Tensor } from '@portolan/core'

/** Options of `CBAM`. */
export interface CBAMOptions {
  /** How many times fewer channels there are in between; default 16. */
  reduction?: number
  /** Of the spatial attention, odd; default 7. */
  kernel?: number
}

/**
 * Weighs channels, then places, by what they are on average and at most: y = x·σ(mlp(mean(x)) + mlp(max(x))), y·σ(conv(concat(mean(y), max(y)))).
 *
 * x: [n, c, h, w] → same. Parameters: mlp.0 [c / reduction, c, 1, 1], mlp.2 [c, c / reduction, 1, 1], spatial [1, 2, kernel, kernel], without bias.
 * Woo et al., "CBAM: Convolutional Block Attention Module", 2018. PyTorch: -; Keras: -.
 * @example
 * new CBAM(64).forward(zeros([2, 64, 8, 8]))
 */
export class CBAM extends Module {
  readonly mlp: Sequential
  readonly spatial: Conv2d
  constructor(channels: number, { reduction = 16, kernel = 7 }: CBAMOptions = {}) {
    super()
    const narrow = Math.max(1, Math.floor(channels / reduction))
    this.mlp = new Sequential([
      new Conv2d(channels, narrow, 1, { bias: false }),
      new ReLU(),
      new Conv2d(narrow, channels, 1, { bias: false }),
    ])
    this.spatial = new Conv2d(2, 1, kernel, { padding: kernel >> 1, bias: false })
  }
  /** x: [n, c, h, w] → same */
  forward(x: Tensor): Tensor {
    const channels = this.mlp
      .forward(x.mean([2, 3], true))
      .add(this.mlp.forward(x.max([2, 3], true)))
      .sigmoid() // [n, c, 1, 1]
    const y = x.mul(channels)
    return y.mul(this.spatial.forward(concat([y.mean(1, true), y.max(1, true)], 1)).sigmoid())
  }
}
