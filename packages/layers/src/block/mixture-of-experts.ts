import { Linear, Module, RangeError, stack, type Layer, type Tensor } from '@portolan/core'

/** Options of `MixtureOfExperts`. */
export interface MixtureOfExpertsOptions {
  /** How many of them see a token; default 2. */
  topK?: number
  /** Makes an expert: [..., dim] → [..., dim]. */
  expert: () => Layer
}

/**
 * Several networks of which each token is seen by the few that a gate chooses: Σₑ gₑ(x)·expertₑ(x), g = softmax over the topK largest of x·W_gᵀ.
 *
 * x: [..., dim] → y [..., dim] and balance []: topK when all experts are used alike, up to their count when they are not, experts·Σₑ fₑ·pₑ with
 * fₑ the share of tokens that choose an expert and pₑ its mean probability. Add a little of it, 0.01 times, to the loss.
 * Every expert is computed for every token, and what was not chosen counts 0. Parameters: gate [experts, dim], experts.0, experts.1, ….
 * Shazeer et al., "Outrageously Large Neural Networks", 2017; balance: Fedus et al., "Switch Transformers", 2021. PyTorch: -; Keras: -.
 * @throws RangeError if topK is not 1 … count.
 * @example
 * const moe = new MixtureOfExperts(64, 8, { expert: () => new Highway(64) })
 * const { y, balance } = moe.forward(x)
 */
export class MixtureOfExperts extends Module {
  readonly gate: Linear
  readonly experts: readonly Layer[]
  readonly #topK: number
  constructor(dim: number, count: number, { topK = 2, expert }: MixtureOfExpertsOptions) {
    super()
    if (!Number.isInteger(topK) || topK < 1 || topK > count)
      throw new RangeError(`MixtureOfExperts: topK must be an integer in 1 … ${count}, got ${topK}`)
    this.gate = new Linear(dim, count, { bias: false })
    this.experts = Array.from({ length: count }, expert)
    this.#topK = topK
  }

  /** x: [..., dim] → y [..., dim] and balance [] */
  forward(x: Tensor): { y: Tensor; balance: Tensor } {
    const count = this.experts.length
    const logits = this.gate.forward(x) // [..., experts]
    const chosen = logits.topK(this.#topK).indices.oneHot(count).sum(-2) // [..., experts], 1 where chosen
    const gates = chosen.greater(0).where(logits, -1e9).softmax()
    const outputs = stack(
      this.experts.map(e => e.forward(x)),
      -1,
    ) // [..., dim, experts]
    const y = outputs.matmul(gates.expandDims(-1)).squeeze(-1)
    const leading = x.shape.slice(0, -1).map((_, i) => i)
    const balance = chosen.mean(leading).mul(logits.softmax().mean(leading)).sum().mul(count)
    return { y, balance }
  }
}
