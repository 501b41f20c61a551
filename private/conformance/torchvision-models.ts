import { concat, Module, normal, param, type Layer, type Param, type Tensor } from '@portolan/core'
import {
  AdaptiveAvgPool,
  BasicBlock,
  BatchNorm2d,
  Conv2d,
  Dropout,
  GELU,
  InvertedResidual,
  LayerNorm,
  Linear,
  MaxPool2d,
  MultiHeadAttention,
  ReLU,
  ReLU6,
  Sequential,
} from '@portolan/layers'

/** torchvision's `resnet18`, its widths multiples of the first. */
export class ResNet18 extends Module {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly maxpool = new MaxPool2d(3, { stride: 2, padding: 1 })
  readonly layer1: Sequential
  readonly layer2: Sequential
  readonly layer3: Sequential
  readonly layer4: Sequential
  readonly fc: Linear
  constructor({ width = 64, classes = 1000 } = {}) {
    super()
    const stage = (from: number, to: number, stride = 2) => new Sequential([new BasicBlock(from, to, { stride }), new BasicBlock(to, to)])
    this.conv1 = new Conv2d(3, width, 7, { stride: 2, padding: 3, bias: false })
    this.bn1 = new BatchNorm2d(width)
    this.layer1 = stage(width, width, 1)
    this.layer2 = stage(width, 2 * width)
    this.layer3 = stage(2 * width, 4 * width)
    this.layer4 = stage(4 * width, 8 * width)
    this.fc = new Linear(8 * width, classes)
  }
  forward(x: Tensor): Tensor {
    const h = this.maxpool.forward(this.bn1.forward(this.conv1.forward(x)).relu())
    const features = [this.layer1, this.layer2, this.layer3, this.layer4].reduce((h, stage) => stage.forward(h), h)
    return this.fc.forward(features.mean([2, 3]))
  }
}

/** torchvision's `vgg11_bn`, its widths multiples of the first. */
export class VGG11BN extends Module {
  readonly features: Sequential
  readonly avgpool = new AdaptiveAvgPool(7)
  readonly classifier: Sequential
  constructor({ width = 64, hidden = 4096, classes = 1000 } = {}) {
    super()
    const layers: Layer[] = []
    let channels = 3
    for (const plan of [[1], [2], [4, 4], [8, 8], [8, 8]]) {
      for (const times of plan) {
        layers.push(new Conv2d(channels, times * width, 3, { padding: 1 }), new BatchNorm2d(times * width), new ReLU())
        channels = times * width
      }
      layers.push(new MaxPool2d(2))
    }
    this.features = new Sequential(layers)
    this.classifier = new Sequential([
      new Linear(channels * 49, hidden),
      new ReLU(),
      new Dropout(0.5),
      new Linear(hidden, hidden),
      new ReLU(),
      new Dropout(0.5),
      new Linear(hidden, classes),
    ])
  }
  forward(x: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(x)).flatten(1))
  }
}

export interface MobileNetV2Options {
  /** Makes a number of channels narrower; default as it is. */
  narrow?: (channels: number) => number
  last?: number
  classes?: number
}

/** torchvision's `mobilenet_v2`. */
export class MobileNetV2 extends Module {
  readonly features: Sequential
  readonly classifier: Sequential
  constructor({ narrow = c => c, last = 1280, classes = 1000 }: MobileNetV2Options = {}) {
    super()
    const conv = (from: number, to: number, kernel: number, stride = 1) =>
      new Sequential([new Conv2d(from, to, kernel, { stride, padding: kernel >> 1, bias: false }), new BatchNorm2d(to), new ReLU6()])
    let channels = narrow(32)
    const layers: Layer[] = [conv(3, channels, 3, 2)]
    // how much wider inside, channels, how often, first stride: table 2 of the paper
    for (const [expand, c, count, first] of [
      [1, 16, 1, 1],
      [6, 24, 2, 2],
      [6, 32, 3, 2],
      [6, 64, 4, 2],
      [6, 96, 3, 1],
      [6, 160, 3, 2],
      [6, 320, 1, 1],
    ] as const)
      for (let i = 0; i < count; i++) {
        layers.push(new InvertedResidual(channels, narrow(c), { stride: i ? 1 : first, expand }))
        channels = narrow(c)
      }
    this.features = new Sequential([...layers, conv(channels, last, 1)])
    this.classifier = new Sequential([new Dropout(0.2), new Linear(last, classes)])
  }
  forward(x: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(x).mean([2, 3]))
  }
}

/** torchvision's names for a Transformer layer with its norms first. */
class EncoderBlock extends Module {
  readonly ln_1: LayerNorm
  readonly self_attention: MultiHeadAttention
  readonly ln_2: LayerNorm
  readonly mlp: Sequential
  constructor(dim: number, heads: number, hidden: number) {
    super()
    this.ln_1 = new LayerNorm(dim, { epsilon: 1e-6 })
    this.self_attention = new MultiHeadAttention(dim, heads)
    this.ln_2 = new LayerNorm(dim, { epsilon: 1e-6 })
    this.mlp = new Sequential([new Linear(dim, hidden), new GELU(), new Dropout(0), new Linear(hidden, dim), new Dropout(0)])
  }
  forward(x: Tensor): Tensor {
    const attended = x.add(this.self_attention.forward(this.ln_1.forward(x)))
    return attended.add(this.mlp.forward(this.ln_2.forward(attended)))
  }
}

class Encoder extends Module {
  readonly posEmbedding: Param
  readonly layers: Readonly<Record<string, EncoderBlock>>
  readonly ln: LayerNorm
  constructor(places: number, dim: number, blocks: readonly EncoderBlock[]) {
    super()
    this.posEmbedding = param([1, places, dim], normal(0.02))
    this.layers = Object.fromEntries(blocks.map((block, i) => [`encoder_layer_${i}`, block]))
    this.ln = new LayerNorm(dim, { epsilon: 1e-6 })
  }
  forward(x: Tensor): Tensor {
    return this.ln.forward(Object.values(this.layers).reduce((h, block) => block.forward(h), x.add(this.posEmbedding.value)))
  }
}

/** torchvision's `vit_b_16`. */
export class VisionTransformer extends Module {
  readonly classToken: Param
  readonly convProj: Conv2d
  readonly encoder: Encoder
  readonly heads: { head: Linear }
  constructor({ image = 224, patch = 16, layers = 12, heads = 12, dim = 768, hidden = 3072, classes = 1000 } = {}) {
    super()
    this.classToken = param([1, 1, dim], normal(0.02))
    this.convProj = new Conv2d(3, dim, patch, { stride: patch })
    this.encoder = new Encoder(
      (image / patch) ** 2 + 1,
      dim,
      Array.from({ length: layers }, () => new EncoderBlock(dim, heads, hidden)),
    )
    this.heads = { head: new Linear(dim, classes) }
  }
  forward(x: Tensor): Tensor {
    const patches = this.convProj.forward(x).flatten(2).transpose([0, 2, 1]) // [n, patches, dim]
    const token = this.classToken.value.broadcastTo([x.shape[0]!, 1, patches.shape[2]!])
    const encoded = this.encoder.forward(concat([token, patches], 1))
    return this.heads.head.forward(encoded.slice(1, 0, 1).squeeze(1))
  }
}
