import { ShapeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { fanInUniform, param, uniform, type Initializer } from './init.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'

/** x·weightᵀ + bias over the last axis. x: [..., in], weight: [out, in], bias: [out] → [..., out] */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [out, inside] = weight.shape as [number, number]
  const rows = x.shape.length === 2 ? x : x.reshape([-1, inside])
  return rows
    .op('matmul', bias ? [weight, bias] : [weight], { transposeA: false, transposeB: true })
    .reshape([...x.shape.slice(0, -1), out])
}

/** Options of `linear`. */
export interface LinearOptions {
  /** Default true. */
  bias?: boolean
  /** Default: PyTorch's, evenly spread over ±1/√in. */
  init?: Initializer
}

/**
 * Every output is a weighted sum of all inputs: y = x·Wᵀ + b.
 *
 * x: [..., inFeatures] → [..., outFeatures]. Parameters: weight [out, in], bias [out]. PyTorch: Linear; Keras: Dense.
 * @throws ShapeError if the last axis is not inFeatures.
 * @example
 * const layer = new Linear(784, 10)
 * layer.forward(zeros([32, 784]))              // [32, 10]
 */
export class Linear extends Module {
  readonly weight: Param
  readonly bias: Param | undefined
  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    { bias = true, init = fanInUniform }: LinearOptions = {},
  ) {
    super()
    this.weight = param([outFeatures, inFeatures], init)
    this.bias = bias ? param([outFeatures], uniform(1 / Math.sqrt(inFeatures))) : undefined
  }
  /**
   * x: [..., inFeatures] → [..., outFeatures].
   * @throws ShapeError for another last axis.
   */
  forward(x: Tensor): Tensor {
    if (x.shape.at(-1) !== this.inFeatures) {
      const hint =
        x.shape.length > 2 && x.shape.slice(1).reduce((a, b) => a * b, 1) === this.inFeatures ? ' Flatten first: x.flatten(1).' : ''
      throw new ShapeError(`Linear: last axis must be inFeatures ${this.inFeatures}, got ${x.shape.at(-1)} in input [${x.shape}].${hint}`)
    }
    return linear(x, this.weight.value, this.bias?.value)
  }
}
