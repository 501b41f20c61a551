import { Embedding, gelu, LayerNorm, Linear, Module, MultiHeadAttention, type Tensor } from '@portolan/core'
import { classifier, type Benchmark } from '../benchmark.ts'

interface GptSizes {
  n: number
  t: number
  words: number
  d: number
  heads: number
  depth: number
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
  token: Embedding
  position: Embedding
  blocks: Block[]
  norm: LayerNorm
  head: Linear
  constructor({ t, words, d, heads, depth }: GptSizes) {
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

export const gpt: Benchmark<GptSizes> = {
  title: 'GPT 4×128, 64 tokens, batch 32',
  full: { n: 32, t: 64, words: 65, d: 128, heads: 4, depth: 4 },
  at: sizes => {
    const ids = { shape: [sizes.n, sizes.t], below: sizes.words }
    return classifier(ids, ids, () => new Gpt(sizes))
  },
}
