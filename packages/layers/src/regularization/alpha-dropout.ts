import { defaultRng, Module, RangeError, type Rng, type Tensor } from '@portolan/core'

/** Where SELU ends for −∞: −1.0507·1.6733. */
const saturation = -1.7580993408473766

/** Options of `AlphaDropout`. */
export interface AlphaDropoutOptions {
  /** Whether whole channels are dropped; default false. */
  channels?: boolean
  rng?: Rng
}

/**
 * A dropout that keeps mean 0 and variance 1, for SELU: a·(x·keep + α′·(1 − keep)) + b, α′ = −1.7581, a = ((1 − p)·(1 + p·α′²))^(−1/2), b = −a·p·α′.
 * Only in training; otherwise it does nothing.
 *
 * x: [...] → same; with `channels` [n, c, ...]. p: 0 ≤ p < 1. Klambauer et al., "Self-Normalizing Neural Networks", 2017.
 * PyTorch: AlphaDropout, FeatureAlphaDropout; Keras: AlphaDropout.
 * @throws RangeError unless 0 ≤ p < 1.
 * @example
 * new AlphaDropout(0.1).forward(x)
 */
export class AlphaDropout extends Module {
  readonly #channels: boolean
  readonly rng: Rng
  constructor(
    readonly p = 0.5,
    { channels = false, rng = defaultRng() }: AlphaDropoutOptions = {},
  ) {
    super()
    if (!(p >= 0 && p < 1)) throw new RangeError(`AlphaDropout: p must be at least 0 and below 1, got ${p}`)
    this.#channels = channels
    this.rng = rng
  }
  /** x: [...] → same; outside of training the same tensor */
  forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x
    const keep = this.rng.bernoulli(1 - this.p, this.#channels ? x.shape.map((d, axis) => (axis < 2 ? d : 1)) : x.shape)
    const a = ((1 - this.p) * (1 + this.p * saturation ** 2)) ** -0.5
    return keep
      .where(x, saturation)
      .sub(this.p * saturation)
      .mul(a)
  }
}
