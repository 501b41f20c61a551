import { defaultRng, Module, type Rng, type Tensor } from '@portolan/core'

/**
 * Adds noise in training, and nothing otherwise: x + deviation·N(0, 1).
 *
 * x: [...] → same. PyTorch: -; Keras: GaussianNoise.
 * @example
 * new GaussianNoise(0.1).forward(x)
 */
export class GaussianNoise extends Module {
  readonly rng: Rng
  constructor(
    readonly deviation: number,
    { rng = defaultRng() }: { rng?: Rng } = {},
  ) {
    super()
    this.rng = rng
  }
  /** x: [...] → same; outside of training the same tensor */
  forward(x: Tensor): Tensor {
    return this.training ? x.add(this.rng.normal(x.shape).mul(this.deviation)) : x
  }
}
