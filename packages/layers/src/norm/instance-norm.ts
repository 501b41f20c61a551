import { constant, instanceNorm, Module, param, ShapeError, type Param, type Tensor } from '@portolan/core'

/** Options of `InstanceNorm`. */
export interface InstanceNormOptions {
  /** Added to the variance; default 1e-5. */
  epsilon?: number
  /** Whether there are weight and bias; default false, as in PyTorch. */
  affine?: boolean
}

abstract class InstanceNorm extends Module {
  readonly weight: Param | undefined
  readonly bias: Param | undefined
  readonly #epsilon: number
  protected abstract readonly rank: number

  constructor(
    readonly channels: number,
    { epsilon = 1e-5, affine = false }: InstanceNormOptions = {},
  ) {
    super()
    this.weight = affine ? param([channels], constant(1)) : undefined
    this.bias = affine ? param([channels], constant(0)) : undefined
    this.#epsilon = epsilon
  }

  /**
   * x: [n, c, ...sides] → same.
   * @throws ShapeError for other channels or another rank.
   */
  forward(x: Tensor): Tensor {
    const name = this.constructor.name
    const [, c, ...sides] = x.shape
    if (x.shape.length !== this.rank || c !== this.channels)
      throw new ShapeError(`${name}: the input must have ${this.rank} axes and ${this.channels} channels in axis 1, got [${x.shape}]`)
    if (sides.reduce((a, b) => a * b, 1) < 2)
      throw new ShapeError(`${name}: needs more than one number for each channel of a sample, got [${x.shape}]`)
    return instanceNorm(x, { weight: this.weight?.value, bias: this.bias?.value, epsilon: this.#epsilon })
  }
}

/**
 * Normalizes each channel of each sequence by itself: y = (x − μ)/√(σ² + ε)·weight + bias.
 *
 * x: [n, c, t] → same, t > 1. Parameters, with affine: weight [c], bias [c].
 * Ulyanov et al., "Instance Normalization: The Missing Ingredient for Fast Stylization", 2016. PyTorch: InstanceNorm1d; Keras: -.
 * @throws ShapeError if the input does not fit.
 * @example
 * new InstanceNorm1d(8).forward(zeros([2, 8, 16]))
 */
export class InstanceNorm1d extends InstanceNorm {
  /** How many axes an input has. */
  protected override get rank(): number {
    return 3
  }
}

/**
 * Normalizes each channel of each image by itself: y = (x − μ)/√(σ² + ε)·weight + bias.
 *
 * x: [n, c, h, w] → same, h·w > 1. Parameters, with affine: weight [c], bias [c].
 * Ulyanov et al., "Instance Normalization: The Missing Ingredient for Fast Stylization", 2016. PyTorch: InstanceNorm2d; Keras: -.
 * @throws ShapeError if the input does not fit.
 * @example
 * new InstanceNorm2d(8, { affine: true }).forward(zeros([2, 8, 16, 16]))
 */
export class InstanceNorm2d extends InstanceNorm {
  protected override get rank(): number {
    return 4
  }
}

/**
 * Normalizes each channel of each volume by itself: y = (x − μ)/√(σ² + ε)·weight + bias.
 *
 * x: [n, c, d, h, w] → same, d·h·w > 1. Parameters, with affine: weight [c], bias [c].
 * Ulyanov et al., "Instance Normalization: The Missing Ingredient for Fast Stylization", 2016. PyTorch: InstanceNorm3d; Keras: -.
 * @throws ShapeError if the input does not fit.
 * @example
 * new InstanceNorm3d(8).forward(zeros([2, 8, 4, 8, 8]))
 */
export class InstanceNorm3d extends InstanceNorm {
  protected override get rank(): number {
    return 5
  }
}
