import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Embedding,
  gelu,
  LayerNorm,
  Linear,
  LSTM,
  maxPool2d,
  Module,
  MultiHeadAttention,
  Rng,
  type Tensor,
} from '@portolan/core'

// The models that training and export are tested with; names and shapes are those of private/golden/training.py.

export class Mlp extends Module {
  readonly layers: Linear[]
  constructor(...sizes: number[]) {
    super()
    this.layers = sizes.slice(1).map((out, i) => new Linear(sizes[i]!, out))
  }
  forward(x: Tensor): Tensor {
    return this.layers.reduce((h, layer, i) => layer.forward(i ? h.relu() : h), x)
  }
}

export class Cnn extends Module {
  readonly rng = new Rng(1)
  readonly conv1: Conv2d
  readonly norm: BatchNorm2d
  readonly conv2: Conv2d
  readonly drop = new Dropout(0.25, { rng: this.rng })
  readonly out: Linear
  constructor(width = 4) {
    super()
    this.conv1 = new Conv2d(1, width, 3, { padding: 1 })
    this.norm = new BatchNorm2d(width)
    this.conv2 = new Conv2d(width, width, 3, { stride: 2 })
    this.out = new Linear(width * 4, 10)
  }
  forward(x: Tensor): Tensor {
    // [n, 1, 12, 12]
    x = maxPool2d(this.norm.forward(this.conv1.forward(x)).relu(), 2) // [n, width, 6, 6]
    x = this.drop.forward(this.conv2.forward(x).relu()) // [n, width, 2, 2]
    return this.out.forward(x.flatten(1))
  }
}

export class Reader extends Module {
  readonly embed: Embedding
  readonly lstm: LSTM
  readonly out: Linear
  constructor(words = 20, e = 6, hidden = 8) {
    super()
    this.embed = new Embedding(words, e)
    this.lstm = new LSTM(e, hidden)
    this.out = new Linear(hidden, 2)
  }
  forward(ids: Tensor): Tensor {
    // [n, t]
    const [, { h }] = this.lstm.forward(this.embed.forward(ids))
    return this.out.forward(h.slice(0, -1).squeeze(0)) // [n, 2]
  }
}

class Block extends Module {
  readonly norm1: LayerNorm
  readonly attn: MultiHeadAttention
  readonly norm2: LayerNorm
  readonly up: Linear
  readonly down: Linear
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

export class Gpt extends Module {
  readonly token: Embedding
  readonly position: Embedding
  readonly blocks: Block[]
  readonly norm: LayerNorm
  readonly head: Linear
  constructor(words = 11, t = 6, d = 8, heads = 2, depth = 2) {
    super()
    this.token = new Embedding(words, d)
    this.position = new Embedding(t, d)
    this.blocks = Array.from({ length: depth }, () => new Block(d, heads))
    this.norm = new LayerNorm(d)
    this.head = new Linear(d, words)
  }
  forward(ids: Tensor): Tensor {
    // [n, t]
    let x = this.token.forward(ids).add(this.position.weight.value)
    for (const block of this.blocks) x = block.forward(x)
    return this.head.forward(this.norm.forward(x)) // [n, t, words]
  }
}

class BasicBlock extends Module {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d
  readonly downsample: [Conv2d, BatchNorm2d] | undefined
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
    const beside = this.downsample ? this.downsample[1].forward(this.downsample[0].forward(x)) : x
    return y.add(beside).relu()
  }
}

export class ResNet8 extends Module {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly layer1: BasicBlock[]
  readonly layer2: BasicBlock[]
  readonly layer3: BasicBlock[]
  readonly fc: Linear
  constructor([a, b, c] = [8, 16, 32] as [number, number, number]) {
    super()
    this.conv1 = new Conv2d(3, a, 3, { padding: 1, bias: false })
    this.bn1 = new BatchNorm2d(a)
    this.layer1 = [new BasicBlock(a, a, 1)]
    this.layer2 = [new BasicBlock(a, b, 2)]
    this.layer3 = [new BasicBlock(b, c, 2)]
    this.fc = new Linear(c, 10)
  }
  forward(x: Tensor): Tensor {
    // [n, 3, 16, 16]
    x = this.bn1.forward(this.conv1.forward(x)).relu()
    for (const block of [...this.layer1, ...this.layer2, ...this.layer3]) x = block.forward(x)
    return this.fc.forward(x.mean([2, 3])) // [n, 10]
  }
}
