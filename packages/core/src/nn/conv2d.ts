import { ShapeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { fanIn, fanInUniform, param, uniform, type Initializer } from './init.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'
import { pair, window2d, type Pair, type Window2dOptions } from './windows.ts'

export interface Conv2dFunctionOptions extends Window2dOptions {
  /** Channels are divided into this many parts that do not see each other; default 1. */
  groups?: number
  /** [o] */
  bias?: Tensor
}

/**
 * Cross-correlation of images with a bank of windows: yₒ = Σ_c x_c ⋆ weightₒ_c + biasₒ.
 *
 * x: [n, c, h, w], weight: [o, c / groups, kh, kw] → [n, o, h′, w′] with h′ = ⌊(h + padding − dilation·(kh − 1) − 1) / stride⌋ + 1
 * @throws ShapeError if channels or groups do not agree, or the window does not fit.
 * @example
 * conv2d(image, weight, { padding: 1, stride: 2 })
 */
export function conv2d(x: Tensor, weight: Tensor, { groups = 1, bias, ...window }: Conv2dFunctionOptions = {}): Tensor {
  return x.op('conv', bias ? [weight, bias] : [weight], { ...window2d('conv2d', x.shape, weight.shape.slice(2), window), groups })
}

/**
 * The transpose of `conv2d`, which makes images larger: weight: [c, o, kh, kw], x: [n, c, h, w] →
 * [n, o, (h − 1)·stride − 2·padding + kh + outputPadding, …]
 */
export function convTranspose2d(x: Tensor, weight: Tensor, { stride = 1, padding = 0, outputPadding = 0 }: { stride?: Pair; padding?: Pair; outputPadding?: Pair } = {}): Tensor {
  const [s, p, extra] = [pair(stride), pair(padding), pair(outputPadding)]
  if (x.shape.length !== 4 || weight.shape.length !== 4) throw new ShapeError(`convTranspose2d: input and weight must have four axes, got [${x.shape}] and [${weight.shape}]`)
  const side = (i: number) => (x.shape[i + 2]! - 1) * s[i]! - 2 * p[i]! + weight.shape[i + 2]! + extra[i]!
  return x.op('convInput', [weight], { stride: s, pads: [...p, ...p], dilation: [1, 1], groups: 1, shape: [x.shape[0]!, weight.shape[1]!, side(0), side(1)] })
}

export interface Conv2dOptions extends Window2dOptions {
  groups?: number
  /** Whether a number is added to each output channel; default true. */
  bias?: boolean
  /** Default: PyTorch's, evenly spread over ±1/√fanIn. */
  init?: Initializer
}

/**
 * A convolution over images with weights of its own; see `conv2d`.
 *
 * x: [n, inChannels, h, w] → [n, outChannels, h′, w′]. Parameters: weight [out, in / groups, kh, kw], bias [out].
 * @example
 * const layer = new Conv2d(3, 32, 3, { padding: 1 })
 * layer.forward(zeros([8, 3, 32, 32]))         // [8, 32, 32, 32]
 */
export class Conv2d extends Module {
  readonly weight: Param
  readonly bias: Param | undefined
  readonly #options: Window2dOptions & { groups: number }

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernel: Pair,
    { groups = 1, bias = true, init = fanInUniform, ...window }: Conv2dOptions = {},
  ) {
    super()
    if (inChannels % groups || outChannels % groups) throw new ShapeError(`Conv2d: ${inChannels} and ${outChannels} channels do not divide into ${groups} groups`)
    this.#options = { ...window, groups }
    const shape = [outChannels, inChannels / groups, ...pair(kernel)]
    this.weight = param(shape, init)
    this.bias = bias ? param([outChannels], uniform(1 / Math.sqrt(fanIn(shape)))) : undefined
  }

  forward(x: Tensor): Tensor {
    if (x.shape.length === 4 && x.shape[1] !== this.inChannels) throw new ShapeError(`Conv2d: axis 1 must be inChannels ${this.inChannels}, got ${x.shape[1]} in input [${x.shape}]. Images are [n, channels, height, width].`)
    return conv2d(x, this.weight.value, { ...this.#options, ...(this.bias && { bias: this.bias.value }) })
  }
}
