import { ShapeError } from '../errors.ts'
import type { Shape } from '../tensor/spec.ts'
import { concat, type Tensor } from '../tensor/tensor.ts'
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from './batch-norm.ts'
import { Conv1d, Conv2d, Conv3d, type ConvOptions } from './conv-layers.ts'
import type { ConvWeightOptions } from './conv-nd.ts'
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './conv-transpose-layers.ts'
import { Dropout } from './dropout.ts'
import { Embedding, type EmbeddingOptions } from './embedding.ts'
import { GRU } from './gru.ts'
import { LayerNorm, type LayerNormOptions } from './layer-norm.ts'
import { Linear, type LinearOptions } from './linear.ts'
import { LSTM } from './lstm.ts'
import { Module } from './module.ts'
import { GroupNorm } from './norm-layers.ts'
import { AvgPool1d, AvgPool2d, AvgPool3d, GlobalAvgPool, GlobalMaxPool, MaxPool1d, MaxPool2d, MaxPool3d } from './pool-layers.ts'
import type { RecurrentOptions } from './recurrent.ts'
import { RNN } from './rnn.ts'
import type { ResizeOptions } from './resize.ts'
import { Flatten, Lambda } from './shape-layers.ts'
import type { LayerBuilder } from './sequential.ts'
import { Upsample } from './upsample.ts'

// What `sequential` is given: each knows what it makes, and learns from the shape before it what it is made from.

/** One of three, by how many spatial axes [channels, ...sides] has. */
function bySides<A, B, C>(name: string, shape: Shape, kinds: readonly [A, B, C]): A | B | C {
  const kind = kinds[shape.length - 2]
  if (!kind)
    throw new ShapeError(`${name}: needs [channels, length], [channels, height, width] or [channels, depth, height, width], got [${shape}]`)
  return kind
}

/** A `Linear` layer of so many outputs. */
export const dense =
  (units: number, options?: LinearOptions): LayerBuilder =>
  shape =>
    new Linear(shape.at(-1)!, units, options)

/** Options of `convolution`. */
export interface ConvolutionOptions extends Omit<ConvOptions<1>, 'stride' | 'padding' | 'dilation'> {
  /** Along each side; default 1. */
  stride?: number
  /** Around all sides; default 0. */
  padding?: number | 'same' | 'valid'
  /** Default 1. */
  dilation?: number
}

/** A `Conv1d`, `Conv2d` or `Conv3d` of so many channels, whichever the input is for. */
export const convolution =
  (channels: number, kernel: number, options: ConvolutionOptions = {}): LayerBuilder =>
  shape => {
    const Kind = bySides('convolution', shape, [Conv1d, Conv2d, Conv3d])
    return new Kind(shape[0]!, channels, kernel, options)
  }

/** Options of `transposedConvolution`. */
export interface TransposedConvolutionOptions extends ConvWeightOptions {
  /** Along each side; default 1. */
  stride?: number
  /** Cut off all sides; default 0. */
  padding?: number
  /** Default 0. */
  outputPadding?: number
  /** Default 1. */
  dilation?: number
}

/** A `ConvTranspose1d`, `ConvTranspose2d` or `ConvTranspose3d` of so many channels, whichever the input is for. */
export const transposedConvolution =
  (channels: number, kernel: number, options: TransposedConvolutionOptions = {}): LayerBuilder =>
  shape => {
    const Kind = bySides('transposedConvolution', shape, [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d])
    return new Kind(shape[0]!, channels, kernel, options)
  }

/** Options of `maxPooling` and `averagePooling`. */
export interface PoolingOptions {
  /** Default: the kernel. */
  stride?: number
  /** Default 0. */
  padding?: number | 'same' | 'valid'
  /** Whether what is left over at the end gets a window of its own; default false. */
  ceilMode?: boolean
}

/** A `MaxPool1d`, `MaxPool2d` or `MaxPool3d`, whichever the input is for. */
export const maxPooling =
  (kernel: number, options: PoolingOptions = {}): LayerBuilder =>
  shape =>
    new (bySides('maxPooling', shape, [MaxPool1d, MaxPool2d, MaxPool3d]))(kernel, options)

/** An `AvgPool1d`, `AvgPool2d` or `AvgPool3d`, whichever the input is for. */
export const averagePooling =
  (kernel: number, options: PoolingOptions = {}): LayerBuilder =>
  shape =>
    new (bySides('averagePooling', shape, [AvgPool1d, AvgPool2d, AvgPool3d]))(kernel, options)

/** A `GlobalAvgPool`: [channels, ...sides] → [channels] */
export const globalAveragePooling = (): LayerBuilder => () => new GlobalAvgPool()
/** A `GlobalMaxPool`: [channels, ...sides] → [channels] */
export const globalMaxPooling = (): LayerBuilder => () => new GlobalMaxPool()

/** A `BatchNorm1d`, `BatchNorm2d` or `BatchNorm3d`, whichever the input is for. */
export const batchNormalization =
  (options?: BatchNormOptions): LayerBuilder =>
  shape =>
    new (shape.length === 1 ? BatchNorm1d : bySides('batchNormalization', shape, [BatchNorm1d, BatchNorm2d, BatchNorm3d]))(
      shape[0]!,
      options,
    )

/** A `LayerNorm` over the last axis. */
export const layerNormalization =
  (options?: LayerNormOptions): LayerBuilder =>
  shape =>
    new LayerNorm(shape.at(-1)!, options)

/** A `GroupNorm` of so many groups. */
export const groupNormalization =
  (groups: number): LayerBuilder =>
  shape =>
    new GroupNorm(groups, shape[0]!)

/** An `Upsample` by so many times. */
export const upsampling =
  (scale: number, { mode = 'nearest' }: Pick<ResizeOptions, 'mode'> = {}): LayerBuilder =>
  () =>
    new Upsample({ scale, mode })

/** A `Flatten`: [...] → [all] */
export const flatten = (): LayerBuilder => () => new Flatten()
/** A `Dropout`. */
export const dropout =
  (p: number): LayerBuilder =>
  () =>
    new Dropout(p)

/** Any function of one tensor. */
export const lambda =
  (f: (x: Tensor) => Tensor): LayerBuilder =>
  () =>
    new Lambda(f)

/** An `Embedding` of so many integers: [...] → [..., d]. Say `{ dtype: 'int32' }` to `sequential` when it is the first. */
export const embedding =
  (count: number, d: number, options?: EmbeddingOptions): LayerBuilder =>
  () =>
    new Embedding(count, d, options)

/** Options of `rnn`, `lstm` and `gru`. */
export interface RecurrentBuilderOptions extends RecurrentOptions {
  /** Whether every output is wanted, [t, hidden], or the last one only, [hidden]; default false. */
  sequences?: boolean
}

/** What a recurrent layer gives: every output, or the last of each direction. */
class OutputOf extends Module {
  readonly layer: RNN | LSTM | GRU
  readonly #sequences: boolean
  constructor(layer: RNN | LSTM | GRU, sequences: boolean) {
    super()
    this.layer = layer
    this.#sequences = sequences
  }
  forward(x: Tensor): Tensor {
    const [output, state] = this.layer.forward(x) // [n, t, directions·hidden]
    if (this.#sequences) return output
    const directions = output.shape[2]! / this.layer.hiddenSize
    const h = 'h' in state ? state.h : state // [layers·directions, n, hidden]
    return concat(h.slice(0, -directions).split(directions, 0), -1).squeeze(0)
  }
}

type RecurrentKind = new (inputSize: number, hiddenSize: number, options: RecurrentOptions) => RNN | LSTM | GRU
const recurrent =
  (Kind: RecurrentKind, units: number, { sequences = false, ...options }: RecurrentBuilderOptions = {}): LayerBuilder =>
  shape =>
    new OutputOf(new Kind(shape.at(-1)!, units, options), sequences)

/** An `RNN`: [t, in] → [hidden], or [t, hidden] with `sequences`. */
export const rnn = (units: number, options?: RecurrentBuilderOptions): LayerBuilder => recurrent(RNN, units, options)
/** An `LSTM`: [t, in] → [hidden], or [t, hidden] with `sequences`. */
export const lstm = (units: number, options?: RecurrentBuilderOptions): LayerBuilder => recurrent(LSTM, units, options)
/** A `GRU`: [t, in] → [hidden], or [t, hidden] with `sequences`. */
export const gru = (units: number, options?: RecurrentBuilderOptions): LayerBuilder => recurrent(GRU, units, options)
