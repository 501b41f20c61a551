import { ShapeError } from '../errors.ts'
import { size } from '../tensor/spec.ts'
import { apply, concrete, ones, zeros, type Tensor } from '../tensor/tensor.ts'
import type { ChannelNormOptions } from './group-norm.ts'
import { constant, param } from './init.ts'
import { Module } from './module.ts'
import { Buffer, type Param } from './variable.ts'

/** Options of `batchNorm`. */
export interface BatchNormFunctionOptions extends ChannelNormOptions {
  /** What to normalize by, [c] each; left out: mean and variance of the batch. */
  statistics?: { mean: Tensor; variance: Tensor }
}

/**
 * Normalizes each channel by the batch, or by given statistics: y = (x − μ)/√(σ² + ε)·weight + bias.
 * Ioffe and Szegedy, "Batch Normalization", 2015.
 *
 * x: [n, c, ...], weight, bias: [c] → y: the same as x; mean and variance by which it was normalized: [c], the biased variance of the batch
 * @throws ShapeError if the parts do not fit, or a batch to take statistics of is empty.
 * @example
 * const { y, mean, variance } = batchNorm(x, { weight, bias })
 * batchNorm(x, { statistics: { mean, variance } }).y
 */
export function batchNorm(
  x: Tensor,
  { weight, bias, statistics, epsilon = 1e-5 }: BatchNormFunctionOptions = {},
): { y: Tensor; mean: Tensor; variance: Tensor } {
  const c = x.shape[1] ?? 0
  const [w, b] = [weight ?? ones([c]), bias ?? zeros([c])]
  if (!statistics) {
    const [y, mean, variance] = apply('batchNorm', [x, w, b], { epsilon }) as [Tensor, Tensor, Tensor]
    return { y, mean, variance }
  }
  const { mean, variance } = statistics
  for (const t of [w, b, mean, variance])
    if (t.shape.length !== 1 || t.shape[0] !== c)
      throw new ShapeError(`batchNorm: weight, bias, mean and variance must be [${c}], got [${t.shape}]`)
  const scale = w.div(variance.add(epsilon).sqrt())
  const wide = (t: Tensor): Tensor => t.reshape(x.shape.map((d, i) => (i === 1 ? d : 1)))
  return { y: x.mul(wide(scale)).add(wide(b.sub(mean.mul(scale)))), mean, variance }
}

/** Options of batch norms. */
export interface BatchNormOptions {
  /** How far the running statistics follow each batch, 0 … 1; default 0.1. */
  momentum?: number
  /** Added to the variance; default 1e-5. */
  epsilon?: number
  /** Whether there are weight and bias; default true. */
  affine?: boolean
}

abstract class BatchNorm extends Module {
  readonly weight: Param | undefined
  readonly bias: Param | undefined
  readonly runningMean: Buffer
  readonly runningVar: Buffer
  readonly #momentum: number
  readonly #epsilon: number
  protected abstract readonly ranks: readonly number[]

  constructor(
    readonly channels: number,
    { momentum = 0.1, epsilon = 1e-5, affine = true }: BatchNormOptions = {},
  ) {
    super()
    this.weight = affine ? param([channels], constant(1)) : undefined
    this.bias = affine ? param([channels], constant(0)) : undefined
    this.runningMean = new Buffer(concrete([channels]))
    this.runningVar = new Buffer(concrete([channels], 1))
    this.#momentum = momentum
    this.#epsilon = epsilon
  }

  /**
   * x: [n, c, ...] → same; in training by the batch's own statistics, which the running ones follow.
   * @throws ShapeError for other channels.
   */
  forward(x: Tensor): Tensor {
    const name = this.constructor.name
    if (!this.ranks.includes(x.shape.length) || x.shape[1] !== this.channels)
      throw new ShapeError(
        `${name}: the input must have ${this.ranks.join(' or ')} axes and ${this.channels} channels in axis 1, got [${x.shape}]`,
      )
    const options = { weight: this.weight?.value, bias: this.bias?.value, epsilon: this.#epsilon }
    if (!this.training) return batchNorm(x, { ...options, statistics: { mean: this.runningMean.value, variance: this.runningVar.value } }).y
    const count = size(x.shape) / this.channels
    if (count < 2)
      throw new ShapeError(
        `${name}: training needs more than one number for each channel, got [${x.shape}]. Call eval(), or use a larger batch.`,
      )
    const { y, mean, variance } = batchNorm(x, options)
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
 * Ioffe and Szegedy, "Batch Normalization", 2015. PyTorch: BatchNorm1d; Keras: BatchNormalization.
 * @throws ShapeError if the input does not fit, or a batch has one number for each channel.
 * @example
 * new BatchNorm1d(64).forward(zeros([32, 64]))
 */
export class BatchNorm1d extends BatchNorm {
  /** How many axes an input may have. */
  protected override get ranks(): readonly number[] {
    return [2, 3]
  }
}

/**
 * Normalizes each channel of images by the batch in training, by running statistics otherwise: y = (x − μ)/√(σ² + ε)·weight + bias.
 *
 * x: [n, c, h, w] → same. The running variance is the unbiased one, as in PyTorch.
 * Ioffe and Szegedy, "Batch Normalization", 2015. PyTorch: BatchNorm2d; Keras: BatchNormalization.
 * @throws ShapeError if the input does not fit, or a batch has one number for each channel.
 * @example
 * new BatchNorm2d(32).forward(zeros([8, 32, 28, 28]))
 */
export class BatchNorm2d extends BatchNorm {
  protected override get ranks(): readonly number[] {
    return [4]
  }
}

/**
 * Normalizes each channel of volumes by the batch in training, by running statistics otherwise: y = (x − μ)/√(σ² + ε)·weight + bias.
 *
 * x: [n, c, d, h, w] → same. The running variance is the unbiased one, as in PyTorch.
 * Ioffe and Szegedy, "Batch Normalization", 2015. PyTorch: BatchNorm3d; Keras: BatchNormalization.
 * @throws ShapeError if the input does not fit, or a batch has one number for each channel.
 * @example
 * new BatchNorm3d(8).forward(zeros([2, 8, 4, 16, 16]))
 */
export class BatchNorm3d extends BatchNorm {
  protected override get ranks(): readonly number[] {
    return [5]
  }
}
