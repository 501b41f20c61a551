import { defaultRng, Module, RangeError, type Rng, type Tensor } from '@portolan/core'

/**
 * Multiplies by noise around 1 in training, and does nothing otherwise: x·(1 + √(p/(1 − p))·N(0, 1)).
 *
 * x: [...] → same. p: 0 ≤ p < 1, the rate of a dropout with the same variance. Srivastava et al., "Dropout", 2014. PyTorch: -; Keras: GaussianDropout.
 * @throws RangeError unless 0 ≤ p < 1.
 * @example
 * new GaussianDropout(0.2).forward(x)
 */
export class GaussianDropout extends Module {
  readonly rng: Rng
  constructor(
    readonly p: number,
    { rng = defaultRng() }: { rng?: Rng } = {},
  ) {
    super()
    if (!(p >= 0 && p < 1)) throw new RangeError(`GaussianDropout: p must be at least 0 and below 1, got ${p}`)
    this.rng = rng
  }
  /** x: [...] → same; outside of training the same tensor */
  forward(x: Tensor): Tensor {
    return this.training
      ? x.mul(
          this.rng
            .normal(x.shape)
            .mul(Math.sqrt(this.p / (1 - this.p)))
            .add(1),
        )
      : x
  }
}
