import { ShapeError } from '../errors.ts'
import { sameShape, size } from '../tensor/spec.ts'
import { apply, ones, zeros, type Tensor } from '../tensor/tensor.ts'
import { constant, param } from './init.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'

/** (x − μ)/√(σ² + ε)·weight + bias over the last axes. x: [..., ...d], weight, bias: [...d] → [..., ...d] */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon = 1e-5): Tensor {
  if (weight.shape.length === 1) return apply('layerNorm', [x, weight, bias], { epsilon })[0]!
  const rows = x.reshape([...x.shape.slice(0, x.shape.length - weight.shape.length), size(weight.shape)])
  return apply('layerNorm', [rows, weight.flatten(), bias.flatten()], { epsilon })[0]!.reshape(x.shape)
}

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance; default 1e-5. */
  epsilon?: number
  /** Whether there is a weight; default true. */
  affine?: boolean
  /** Whether there is a bias; default: that of affine. */
  bias?: boolean
}

/**
 * Normalizes each row by its own mean and variance: y = (x − μ)/√(σ² + ε)·weight + bias.
 *
 * x: [..., ...d] → same. d: the length of the last axis, or of several last axes together. Parameters: weight [...d], bias [...d].
 * Ba, Kiros and Hinton, "Layer Normalization", 2016. PyTorch: LayerNorm; Keras: LayerNormalization.
 * @throws ShapeError if the input does not end in these axes.
 * @example
 * new LayerNorm(128).forward(zeros([4, 16, 128]))
 * new LayerNorm([3, 8, 8]).forward(zeros([4, 3, 8, 8]))
 */
export class LayerNorm extends Module {
  readonly weight: Param | undefined
  readonly bias: Param | undefined
  readonly #shape: readonly number[]
  readonly #epsilon: number
  constructor(d: number | readonly number[], { epsilon = 1e-5, affine = true, bias = affine }: LayerNormOptions = {}) {
    super()
    this.#shape = typeof d === 'number' ? [d] : [...d]
    this.weight = affine ? param(this.#shape, constant(1)) : undefined
    this.bias = bias ? param(this.#shape, constant(0)) : undefined
    this.#epsilon = epsilon
  }
  /**
   * x: [..., ...d] → same.
   * @throws ShapeError for other last axes.
   */
  forward(x: Tensor): Tensor {
    if (!sameShape(x.shape.slice(-this.#shape.length), this.#shape))
      throw new ShapeError(`LayerNorm: the input must end in [${this.#shape}], got [${x.shape}]`)
    return layerNorm(x, this.weight?.value ?? ones(this.#shape), this.bias?.value ?? zeros(this.#shape), this.#epsilon)
  }
}
