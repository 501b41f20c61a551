import { Linear, Module, type Tensor } from '@portolan/core'

/**
 * The largest of several linear functions: maxᵢ(x·Wᵢᵀ + bᵢ).
 *
 * x: [..., in] → [..., out]. pieces: how many, default 2. Parameter: linear, of out·pieces rows, those of one output together.
 * Goodfellow et al., "Maxout Networks", 2013. PyTorch: -; Keras: -.
 * @example
 * new Maxout(784, 128, { pieces: 3 }).forward(x)
 */
export class Maxout extends Module {
  readonly linear: Linear
  readonly #pieces: number
  constructor(inFeatures: number, outFeatures: number, { pieces = 2 }: { pieces?: number } = {}) {
    super()
    this.linear = new Linear(inFeatures, outFeatures * pieces)
    this.#pieces = pieces
  }
  /** x: [..., in] → [..., out] */
  forward(x: Tensor): Tensor {
    const y = this.linear.forward(x)
    return y.reshape([...y.shape.slice(0, -1), -1, this.#pieces]).max(-1)
  }
}
