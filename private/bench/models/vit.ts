import {
  concat,
  gelu,
  LearnedPositions,
  Linear,
  Module,
  normal,
  param,
  type Param,
  PatchEmbedding,
  TransformerEncoder,
  type Tensor,
} from '@portolan/core'
import { classifier, type Benchmark } from '../benchmark.ts'

interface VitSizes {
  n: number
  size: number
  patch: number
  d: number
  heads: number
  depth: number
}

class Vit extends Module {
  token: Param
  positions: LearnedPositions
  patches: PatchEmbedding
  encoder: TransformerEncoder
  head: Linear
  constructor({ size, patch, d, heads, depth }: VitSizes) {
    super()
    this.token = param([1, 1, d], normal(0.02))
    this.positions = new LearnedPositions((size / patch) ** 2 + 1, d)
    this.patches = new PatchEmbedding(3, d, patch)
    this.encoder = new TransformerEncoder(d, heads, { layers: depth, feedForward: 4 * d, dropout: 0, activation: gelu, normFirst: true })
    this.head = new Linear(d, 10)
  }
  forward(x: Tensor): Tensor {
    // [n, 3, 32, 32]
    const patches = this.patches.forward(x) // [n, 64, d]
    const [n, , d] = patches.shape as [number, number, number]
    const tokens = concat([this.token.value.broadcastTo([n, 1, d]), patches], 1)
    return this.head.forward(this.encoder.forward(this.positions.forward(tokens)).slice(1, 0, 1).squeeze(1))
  }
}

export const vit: Benchmark<VitSizes> = {
  title: 'ViT-tiny 6×192, 32×32, patch 4, batch 32',
  full: { n: 32, size: 32, patch: 4, d: 192, heads: 3, depth: 6 },
  at: sizes => classifier({ shape: [sizes.n, 3, sizes.size, sizes.size] }, { shape: [sizes.n], below: 10 }, () => new Vit(sizes)),
}
