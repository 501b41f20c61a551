import { ShapeError } from '../errors.ts'
import { size } from '../tensor/spec.ts'
import { apply, type Tensor } from '../tensor/tensor.ts'
import { constant, param } from './init.ts'
import { Module } from './module.ts'
import { Buffer, type Param } from './variable.ts'
import { concrete } from '../tensor/tensor.ts'

export interface BatchNormOptions {
  /** How far the running statistics follow each batch, 0 … 1; default 0.1. */
  momentum?: number
  /** Added to the variance; default 1e-5. */
  epsilon?: number
}

abstract class BatchNorm extends Module {
  readonly weight: Param
  readonly bias: Param
  readonly runningMean: Buffer
  readonly runningVar: Buffer
  readonly #momentum: number
  readonly #epsilon: number
  protected abstract readonly ranks: readonly number[]

  constructor(
    readonly channels: number,
    { momentum = 0.1, epsilon = 1e-5 }: BatchNormOptions = {},
  ) {
    super()
    this.weight = param([channels], constant(1))
    this.bias = param([channels], constant(0))
    this.runningMean = new Buffer(concrete([channels]))
    this.runningVar = new Buffer(concrete([channels], 1))
    this.#momentum = momentum
    this.#epsilon = epsilon
  }

  forward(x: Tensor): Tensor {
    const name = this.constructor.name
    if (!this.ranks.includes(x.shape.length) || x.shape[1] !== this.channels) throw new ShapeError(`${name}: the input must have ${this.ranks.join(' or ')} axes and ${this.channels} channels in axis 1, got [${x.shape}]`)
    if (!this.training) {
      const scale = this.weight.value.div(this.runningVar.value.add(this.#epsilon).sqrt())
      const shift = this.bias.value.sub(this.runningMean.value.mul(scale))
      const wide = (t: Tensor) => t.reshape(x.shape.map((d, i) => (i === 1 ? d : 1)))
      return x.mul(wide(scale)).add(wide(shift))
    }
    const count = size(x.shape) / this.channels
    if (count < 2) throw new ShapeError(`${name}: training needs more than one number for each channel, got [${x.shape}]. Call eval(), or use a larger batch.`)
    const [y, mean, variance] = apply('batchNorm', [x, this.weight.value, this.bias.value], { epsilon: this.#epsilon }) as [Tensor, Tensor, Tensor]
    this.#follow(this.runningMean, mean)
    this.#follow(this.runningVar, variance.mul(count / (count - 1)))
    return y
  }

  #follow(running: Buffer, now: Tensor): void {
    running.value = running.value.mul(1 - this.#momentum).add(now.mul(this.#momentum))
  }
}

/**
 * Normalizes each channel by the batch in training, by running statistics otherwise: y = (x − μ)/√(σ² + ε)·weight + bias.
 *
 * x: [n, c] or [n, c, t] → same. The running variance is the unbiased one, as in PyTorch.
 * Ioffe and Szegedy, "Batch Normalization", 2015.
 * @example
 * new BatchNorm1d(64).forward(zeros([32, 64]))
 */
export class BatchNorm1d extends BatchNorm {
  protected override get ranks(): readonly number[] {
    return [2, 3]
  }
}

/**
 * Normalizes each channel of images by the batch in training, by running statistics otherwise: y = (x − μ)/√(σ² + ε)·weight + bias.
 *
 * x: [n, c, h, w] → same. The running variance is the unbiased one, as in PyTorch.
 * Ioffe and Szegedy, "Batch Normalization", 2015.
 * @example
 * new BatchNorm2d(32).forward(zeros([8, 32, 28, 28]))
 */
export class BatchNorm2d extends BatchNorm {
  protected override get ranks(): readonly number[] {
    return [4]
  }
}
