import {
  BatchNorm2d,
  Conv2d,
  Embedding,
  gelu,
  LayerNorm,
  Linear,
  LSTM,
  maxPool2d,
  Module,
  MultiHeadAttention,
  type Layer,
  type Tensor,
} from '@portolan/core'
import type { ModelName } from './tasks.ts'

class Mlp extends Module {
  layers: Linear[]
  constructor(...sizes: number[]) {
    super()
    this.layers = sizes.slice(1).map((out, i) => new Linear(sizes[i]!, out))
  }
  forward(x: Tensor): Tensor {
    return this.layers.reduce((h, layer, i) => layer.forward(i ? h.relu() : h), x)
  }
}

class MnistCnn extends Module {
  conv1 = new Conv2d(1, 32, 3)
  conv2 = new Conv2d(32, 64, 3)
  fc1 = new Linear(1600, 128)
  fc2 = new Linear(128, 10)
  forward(x: Tensor): Tensor {
    // [n, 1, 28, 28]
    x = maxPool2d(this.conv1.forward(x).relu(), 2) // [n, 32, 13, 13]
    x = maxPool2d(this.conv2.forward(x).relu(), 2) // [n, 64, 5, 5]
    return this.fc2.forward(this.fc1.forward(x.flatten(1)).relu())
  }
}

class CifarCnn extends Module {
  conv1 = new Conv2d(3, 32, 3)
  conv2 = new Conv2d(32, 64, 3)
  conv3 = new Conv2d(64, 64, 3)
  fc1 = new Linear(1024, 64)
  fc2 = new Linear(64, 10)
  forward(x: Tensor): Tensor {
    // [n, 3, 32, 32]
    x = maxPool2d(this.conv1.forward(x).relu(), 2) // [n, 32, 15, 15]
    x = maxPool2d(this.conv2.forward(x).relu(), 2) // [n, 64, 6, 6]
    x = this.conv3.forward(x).relu() // [n, 64, 4, 4]
    return this.fc2.forward(this.fc1.forward(x.flatten(1)).relu())
  }
}

class Reader extends Module {
  embed = new Embedding(10000, 64)
  lstm = new LSTM(64, 128)
  out = new Linear(128, 2)
  forward(ids: Tensor): Tensor {
    // [n, t]
    const [, { h }] = this.lstm.forward(this.embed.forward(ids))
    return this.out.forward(h.squeeze(0))
  }
}

class Block extends Module {
  norm1: LayerNorm
  attn: MultiHeadAttention
  norm2: LayerNorm
  up: Linear
  down: Linear
  constructor(d: number, heads: number) {
    super()
    this.norm1 = new LayerNorm(d)
    this.attn = new MultiHeadAttention(d, heads)
    this.norm2 = new LayerNorm(d)
    this.up = new Linear(d, 4 * d)
    this.down = new Linear(4 * d, d)
  }
  forward(x: Tensor): Tensor {
    // [n, t, d]
    x = x.add(this.attn.forward(this.norm1.forward(x), { causal: true }))
    return x.add(this.down.forward(gelu(this.up.forward(this.norm2.forward(x)))))
  }
}

class Gpt extends Module {
  token = new Embedding(65, 128)
  position = new Embedding(64, 128)
  blocks = Array.from({ length: 4 }, () => new Block(128, 4))
  norm = new LayerNorm(128)
  head = new Linear(128, 65)
  forward(ids: Tensor): Tensor {
    // [n, t]
    let x = this.token.forward(ids).add(this.position.weight.value)
    for (const block of this.blocks) x = block.forward(x)
    return this.head.forward(this.norm.forward(x)) // [n, t, words]
  }
}

class BasicBlock extends Module {
  conv1: Conv2d
  bn1: BatchNorm2d
  conv2: Conv2d
  bn2: BatchNorm2d
  downsample: [Conv2d, BatchNorm2d] | undefined
  constructor(channels: number, width: number, stride: number) {
    super()
    this.conv1 = new Conv2d(channels, width, 3, { stride, padding: 1, bias: false })
    this.bn1 = new BatchNorm2d(width)
    this.conv2 = new Conv2d(width, width, 3, { padding: 1, bias: false })
    this.bn2 = new BatchNorm2d(width)
    this.downsample = stride > 1 ? [new Conv2d(channels, width, 1, { stride, bias: false }), new BatchNorm2d(width)] : undefined
  }
  forward(x: Tensor): Tensor {
    const y = this.bn2.forward(this.conv2.forward(this.bn1.forward(this.conv1.forward(x)).relu()))
    return y.add(this.downsample ? this.downsample[1].forward(this.downsample[0].forward(x)) : x).relu()
  }
}

class ResNet8 extends Module {
  conv1 = new Conv2d(3, 16, 3, { padding: 1, bias: false })
  bn1 = new BatchNorm2d(16)
  blocks = [new BasicBlock(16, 16, 1), new BasicBlock(16, 32, 2), new BasicBlock(32, 64, 2)]
  fc = new Linear(64, 10)
  forward(x: Tensor): Tensor {
    // [n, 3, 32, 32]
    x = this.bn1.forward(this.conv1.forward(x)).relu()
    for (const block of this.blocks) x = block.forward(x)
    return this.fc.forward(x.mean([2, 3]))
  }
}

export const models: Record<ModelName, () => Layer> = {
  mlp: () => new Mlp(784, 512, 256, 10),
  cnn: () => new MnistCnn(),
  cifar: () => new CifarCnn(),
  lstm: () => new Reader(),
  gpt: () => new Gpt(),
  tiny: () => new Mlp(4, 64, 2),
  big: () => new Mlp(784, 2048, 4096, 10),
  resnet: () => new ResNet8(),
}
