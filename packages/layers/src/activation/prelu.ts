import { constant, Module, param, ShapeError, type Param, type Tensor } from '@portolan/core'

/** x where it is positive, weight·x elsewhere; one weight, or one for each channel. x: [n, c, ...], weight: [1] or [c] */
export const prelu = (x: Tensor, weight: Tensor): Tensor =>
  x.greater(0).where(x, x.mul(weight.shape[0] === 1 ? weight : weight.reshape([-1, ...x.shape.slice(2).map(() => 1)])))

/**
 * A leaky ReLU that learns its slope: x > 0 ? x : weight·x.
 *
 * x: [n, c, ...] → same. channels: default 1, one slope for all. Parameter: weight [channels], 0.25 at the start.
 * He et al., "Delving Deep into Rectifiers", 2015. PyTorch: PReLU; Keras: PReLU.
 * @throws ShapeError if the input has other channels.
 * @example
 * new PReLU().forward(tensor([[-1, 2]]))       // [[-0.25, 2]]
 */
export class PReLU extends Module {
  readonly weight: Param
  constructor(
    readonly channels = 1,
    { start = 0.25 }: { start?: number } = {},
  ) {
    super()
    this.weight = param([channels], constant(start))
  }
  /**
   * x: [n, c, ...] → same.
   * @throws ShapeError for other channels, where there are several.
   */
  forward(x: Tensor): Tensor {
    if (this.channels > 1 && x.shape[1] !== this.channels)
      throw new ShapeError(`PReLU: axis 1 must be ${this.channels} channels, got [${x.shape}]`)
    return prelu(x, this.weight.value)
  }
}
