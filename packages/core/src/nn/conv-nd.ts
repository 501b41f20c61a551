import { ShapeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { fanIn, fanInUniform, param, uniform, type Initializer } from './init.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'
import { sides } from './windows.ts'

/** Options of weights of convolutions. */
export interface ConvWeightOptions {
  /** Channels are divided into this many parts that do not see each other; default 1. */
  groups?: number
  /** Whether a number is added to each output channel; default true. */
  bias?: boolean
  /** Default: PyTorch's, evenly spread over ±1/√(numbers after the weight's first axis). */
  init?: Initializer
}

/** What kind of convolution a layer is. W: what its window takes. */
interface Kind<W> {
  readonly spatial: number
  readonly kernel: number | readonly number[]
  /** Whether the weight's first axis is that of the inputs; default false. */
  readonly transposed?: boolean
  convolve(x: Tensor, weight: Tensor, options: W & { groups: number; bias: Tensor | undefined }): Tensor
}

/** A convolution with weights of its own. */
export abstract class ConvNd<W extends object> extends Module {
  readonly weight: Param
  readonly bias: Param | undefined
  readonly #convolve: (x: Tensor) => Tensor

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    { groups = 1, bias = true, init = fanInUniform, ...window }: W & ConvWeightOptions,
    { spatial, kernel, transposed = false, convolve }: Kind<W>,
  ) {
    super()
    const name = this.constructor.name
    if (inChannels % groups || outChannels % groups)
      throw new ShapeError(`${name}: ${inChannels} and ${outChannels} channels do not divide into ${groups} groups`)
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels]
    const shape = [first, second / groups, ...sides(`${name}: kernel`, spatial, kernel)]
    this.weight = param(shape, init)
    this.bias = bias ? param([outChannels], uniform(1 / Math.sqrt(fanIn(shape)))) : undefined
    this.#convolve = x => convolve(x, this.weight.value, { ...(window as unknown as W), groups, bias: this.bias?.value })
  }

  /**
   * x: [n, in, ...sides] → [n, out, ...sides′].
   * @throws ShapeError for other channels.
   */
  forward(x: Tensor): Tensor {
    if (x.shape.length === this.weight.shape.length && x.shape[1] !== this.inChannels)
      throw new ShapeError(
        `${this.constructor.name}: axis 1 must be inChannels ${this.inChannels}, got ${x.shape[1]} in input [${x.shape}]. Channels come before length, height and width.`,
      )
    return this.#convolve(x)
  }
}
