import { defaultRng, leakyRelu, Module, RangeError, type Rng, type Tensor } from '@portolan/core'

/**
 * A leaky ReLU with a random slope for each number in training, and the mean of its range otherwise: x > 0 ? x : a·x, a ∈ low … high.
 *
 * x: [...] → same. low, high: default 1/8, 1/3. Xu et al., "Empirical Evaluation of Rectified Activations in Convolutional Network", 2015.
 * PyTorch: RReLU; Keras: -.
 * @throws RangeError if low is above high.
 * @example
 * new RReLU().eval().forward(tensor([-1, 2]))  // [-0.229, 2]
 */
export class RReLU extends Module {
  readonly rng: Rng
  constructor(
    readonly low = 1 / 8,
    readonly high = 1 / 3,
    { rng = defaultRng() }: { rng?: Rng } = {},
  ) {
    super()
    if (!(low <= high)) throw new RangeError(`RReLU: low must not be above high, got ${low} and ${high}`)
    this.rng = rng
  }
  /** x: [...] → same */
  forward(x: Tensor): Tensor {
    if (!this.training) return leakyRelu(x, (this.low + this.high) / 2)
    const slope = this.rng
      .uniform(x.shape)
      .mul(this.high - this.low)
      .add(this.low)
    return x.greater(0).where(x, x.mul(slope))
  }
}
