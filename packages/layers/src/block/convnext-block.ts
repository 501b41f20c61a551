import {
  constant,
  Conv2d,
  DropPath,
  GELU,
  Lambda,
  LayerNorm,
  Linear,
  Module,
  param,
  Sequential,
  type Param,
  type Tensor,
} from '@portolan/core'

/** Options of `ConvNeXtBlock`. */
export interface ConvNeXtBlockOptions {
  /** What layer_scale starts from; default 1e-6. */
  scale?: number
  /** In training, of leaving the block out for a sample; default 0. */
  dropPath?: number
}

/**
 * A depthwise 7 × 7 convolution and two linear layers beside a shortcut: x + scale·(W₂·gelu(W₁·norm(depthwise(x)) + b₁) + b₂).
 *
 * x: [n, c, h, w] → same. Parameters: layer_scale [c, 1, 1], block.0 (depthwise), block.2 (norm), block.3 and block.5 (linear), as in torchvision.
 * Liu et al., "A ConvNet for the 2020s", 2022. PyTorch: - (torchvision's CNBlock); Keras: -.
 * @example
 * new ConvNeXtBlock(96).forward(zeros([1, 96, 14, 14]))
 */
export class ConvNeXtBlock extends Module {
  readonly layerScale: Param
  readonly block: Sequential
  readonly drop: DropPath
  constructor(channels: number, { scale = 1e-6, dropPath = 0 }: ConvNeXtBlockOptions = {}) {
    super()
    this.layerScale = param([channels, 1, 1], constant(scale))
    this.block = new Sequential([
      new Conv2d(channels, channels, 7, { padding: 3, groups: channels }),
      new Lambda(x => x.transpose([0, 2, 3, 1])), // [n, h, w, c]
      new LayerNorm(channels, { epsilon: 1e-6 }),
      new Linear(channels, 4 * channels),
      new GELU(),
      new Linear(4 * channels, channels),
      new Lambda(x => x.transpose([0, 3, 1, 2])),
    ])
    this.drop = new DropPath(dropPath)
  }
  /** x: [n, c, h, w] → same */
  forward(x: Tensor): Tensor {
    return x.add(this.drop.forward(this.block.forward(x).mul(this.layerScale.value)))
  }
}
