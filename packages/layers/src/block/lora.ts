import {
  constant,
  Dropout,
  heUniform,
  Module,
  param,
  PortolanError,
  RangeError,
  Setting,
  type Linear,
  type Param,
  type Tensor,
} from '@portolan/core'

/** Options of LoRA layers. */
export interface LoRAOptions {
  /** Of the product that is learned; default 8. */
  rank?: number
  /** It is scaled by alpha / rank; default: the rank. */
  alpha?: number
  /** In training, of the input of the product, 0 ≤ p < 1; default 0. */
  dropout?: number
}

/**
 * A linear layer that stays as it is, and a product of two narrow ones that is learned beside it: base(x) + alpha/rank·x·Aᵀ·Bᵀ.
 *
 * x: [..., in] → [..., out]. Parameters: base (frozen), lora_a [rank, in], lora_b [out, rank], which starts at 0. `merge()` adds the
 * product to the base's weight, so that it costs nothing more; `unmerge()` takes it away again.
 * Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021. PyTorch: -; Keras: -.
 * @throws RangeError if rank is not an integer ≥ 1; PortolanError if it is merged twice.
 * @example
 * model.query = new LoRALinear(model.query, { rank: 4 })
 */
export class LoRALinear extends Module {
  readonly loraA: Param
  readonly loraB: Param
  readonly base: Linear
  readonly dropout: Dropout
  readonly #scale: number
  readonly #merged = new Setting(false)
  constructor(base: Linear, { rank = 8, alpha = rank, dropout = 0 }: LoRAOptions = {}) {
    super()
    if (!Number.isInteger(rank) || rank < 1) throw new RangeError(`LoRALinear: rank must be an integer of at least 1, got ${rank}`)
    this.base = base
    base.weight.trainable = false
    if (base.bias) base.bias.trainable = false
    this.loraA = param([rank, base.inFeatures], heUniform({ slope: Math.sqrt(5) }))
    this.loraB = param([base.outFeatures, rank], constant(0))
    this.dropout = new Dropout(dropout)
    this.#scale = alpha / rank
  }

  /** Whether the product is in the base's weight. */
  get merged(): boolean {
    return this.#merged.value
  }

  /** x: [..., in] → [..., out] */
  forward(x: Tensor): Tensor {
    const y = this.base.forward(x)
    if (this.merged) return y
    const narrow = this.dropout.forward(x).matmul(this.loraA.value, { transposeB: true })
    return y.add(narrow.matmul(this.loraB.value, { transposeB: true }).mul(this.#scale))
  }

  /** Adds the product to the base's weight, so that it costs nothing more; it is not learned while it is there. */
  merge(): void {
    this.#put(true)
  }
  /** Takes the product out of the base's weight again. */
  unmerge(): void {
    this.#put(false)
  }
  #put(on: boolean): void {
    if (this.merged === on) throw new PortolanError(`LoRALinear: it is ${on ? 'merged already' : 'not merged'}`)
    const product = this.loraB.value.matmul(this.loraA.value).mul(this.#scale)
    const { weight } = this.base
    weight.value = on ? weight.value.add(product) : weight.value.sub(product)
    this.#merged.value = on
  }
}
