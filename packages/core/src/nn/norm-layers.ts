import { ShapeError } from '../errors.ts'
import { ones, type Tensor } from '../tensor/tensor.ts'
import { groupNorm } from './group-norm.ts'
import { constant, param } from './init.ts'
import { Module } from './module.ts'
import { rmsNorm } from './rms-norm.ts'
import type { Param } from './variable.ts'

/**
 * Normalizes groups of channels, sample by sample, by their own mean and variance: y = (x − μ)/√(σ² + ε)·weight + bias.
 *
 * x: [n, c, ...] → same. Parameters, unless affine is false: weight [c], bias [c]. epsilon: default 1e-5.
 * Wu and He, "Group Normalization", 2018. PyTorch: GroupNorm; Keras: GroupNormalization.
 * @throws ShapeError if the channels do not divide into groups or are not those of the input.
 * @example
 * new GroupNorm(8, 32).forward(zeros([2, 32, 14, 14]))
 */
export class GroupNorm extends Module {
  readonly weight: Param | undefined
  readonly bias: Param | undefined
  readonly #epsilon: number
  constructor(
    readonly groups: number,
    readonly channels: number,
    { epsilon = 1e-5, affine = true }: { epsilon?: number; affine?: boolean } = {},
  ) {
    super()
    if (channels % groups) throw new ShapeError(`GroupNorm: ${channels} channels do not divide into ${groups} groups`)
    this.weight = affine ? param([channels], constant(1)) : undefined
    this.bias = affine ? param([channels], constant(0)) : undefined
    this.#epsilon = epsilon
  }
  /**
   * x: [n, c, ...] → same.
   * @throws ShapeError for other channels.
   */
  forward(x: Tensor): Tensor {
    if (x.shape[1] !== this.channels) throw new ShapeError(`GroupNorm: axis 1 must be ${this.channels} channels, got [${x.shape}]`)
    return groupNorm(x, this.groups, { weight: this.weight?.value, bias: this.bias?.value, epsilon: this.#epsilon })
  }
}

/**
 * Scales each row by its own root mean square: y = x/√(mean(x²) + ε)·weight.
 *
 * x: [..., ...d] → same. d: the length of the last axis, or of several last axes together. Parameter, unless affine is false: weight [...d].
 * epsilon: default 1e-6. Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019. PyTorch: - (RMSNorm since 2.4); Keras: RMSNormalization.
 * @throws ShapeError if the input does not end in these axes.
 * @example
 * new RMSNorm(128).forward(zeros([4, 16, 128]))
 */
export class RMSNorm extends Module {
  readonly weight: Param | undefined
  readonly #shape: readonly number[]
  readonly #epsilon: number
  constructor(d: number | readonly number[], { epsilon = 1e-6, affine = true }: { epsilon?: number; affine?: boolean } = {}) {
    super()
    this.#shape = typeof d === 'number' ? [d] : [...d]
    this.weight = affine ? param(this.#shape, constant(1)) : undefined
    this.#epsilon = epsilon
  }
  /** x: [..., ...d] → same */
  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight?.value ?? ones(this.#shape), this.#epsilon)
  }
}
