import { defaultRng, Module, RangeError, type Rng, type Tensor } from '@portolan/core'

/**
 * In training, zeroes whole channels of a sample with probability p and divides the others by 1 − p: x·keep/(1 − p). Otherwise it does nothing.
 *
 * x: [n, c, ...] → same. p: 0 ≤ p < 1. Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2014.
 * PyTorch: Dropout1d, Dropout2d, Dropout3d; Keras: SpatialDropout1D, SpatialDropout2D, SpatialDropout3D.
 * @throws RangeError unless 0 ≤ p < 1.
 * @example
 * new ChannelDropout(0.2).forward(ones([2, 8, 4, 4]))
 */
export class ChannelDropout extends Module {
  readonly rng: Rng
  constructor(
    readonly p = 0.5,
    { rng = defaultRng() }: { rng?: Rng } = {},
  ) {
    super()
    if (!(p >= 0 && p < 1)) throw new RangeError(`ChannelDropout: p must be at least 0 and below 1, got ${p}`)
    this.rng = rng
  }
  /** x: [n, c, ...] → same; outside of training the same tensor */
  forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x
    const keep = this.rng.bernoulli(
      1 - this.p,
      x.shape.map((d, axis) => (axis < 2 ? d : 1)),
    )
    return x.mul(keep.cast('float32').div(1 - this.p))
  }
}
