import type { Tensor } from '../tensor/tensor.ts'
import { BatchNorm2d } from './batch-norm.ts'
import { Conv2d } from './conv-layers.ts'
import { Module, type Layer } from './module.ts'
import { Sequential } from './sequential.ts'
import { Lambda } from './shape-layers.ts'

/** Options of residual blocks. */
export interface ResidualOptions {
  /** Of the first 3 × 3 convolution (in a bottleneck the only one) and of the shortcut; default 1. */
  stride?: number
  /** Makes a norm of so many channels; default BatchNorm2d. */
  norm?: (channels: number) => Layer
}

/** Options of `BasicBlock`. */
export interface BasicBlockOptions extends ResidualOptions {
  /**
   * How the shortcut fits where shapes change: by a convolution of its own, or without parameters, every stride-th number with
   * channels of zeros behind (the paper's options B and A); default 'projection'.
   */
  shortcut?: 'projection' | 'padding'
}

/** Options of `Bottleneck`. */
export interface BottleneckOptions extends ResidualOptions {
  /** Of the 3 × 3 convolution: ResNeXt; default 1. */
  groups?: number
  /** Channels of the 3 × 3 convolution; default outChannels / 4. */
  width?: number
}

const batchNorm = (channels: number): Layer => new BatchNorm2d(channels)

/** A shortcut with a convolution of its own. */
const projected = (inChannels: number, outChannels: number, stride: number, norm: (channels: number) => Layer): Sequential =>
  new Sequential([new Conv2d(inChannels, outChannels, 1, { stride, bias: false }), norm(outChannels)])

/** Every stride-th number, half of the channels of zeros before and half behind, as many as are missing. */
const padded = (inChannels: number, outChannels: number, stride: number): Layer => {
  const before = (outChannels - inChannels) >> 1
  return new Lambda(x =>
    x
      .slice(2, 0, undefined, stride)
      .slice(3, 0, undefined, stride)
      .pad([0, before, 0, 0], [0, outChannels - inChannels - before, 0, 0]),
  )
}

/**
 * Two 3 × 3 convolutions beside a shortcut: relu(x + bn2(conv2(relu(bn1(conv1(x)))))).
 *
 * x: [n, in, h, w] → [n, out, ⌈h / stride⌉, ⌈w / stride⌉]. Parameters: conv1, bn1, conv2, bn2 and, where shapes change, downsample.0, downsample.1.
 * He et al., "Deep Residual Learning for Image Recognition", 2015. PyTorch: - (torchvision's BasicBlock); Keras: -.
 * @example
 * new BasicBlock(64, 128, { stride: 2 }).forward(x)
 */
export class BasicBlock extends Module {
  readonly conv1: Conv2d
  readonly bn1: Layer
  readonly conv2: Conv2d
  readonly bn2: Layer
  readonly downsample: Layer | undefined
  constructor(inChannels: number, outChannels: number, { stride = 1, norm = batchNorm, shortcut = 'projection' }: BasicBlockOptions = {}) {
    super()
    this.conv1 = new Conv2d(inChannels, outChannels, 3, { stride, padding: 1, bias: false })
    this.bn1 = norm(outChannels)
    this.conv2 = new Conv2d(outChannels, outChannels, 3, { padding: 1, bias: false })
    this.bn2 = norm(outChannels)
    const fit = shortcut === 'padding' ? padded : projected
    this.downsample = stride === 1 && inChannels === outChannels ? undefined : fit(inChannels, outChannels, stride, norm)
  }
  /** x: [n, in, h, w] → [n, out, ⌈h / stride⌉, ⌈w / stride⌉] */
  forward(x: Tensor): Tensor {
    const h = this.bn1.forward(this.conv1.forward(x)).relu()
    return this.bn2
      .forward(this.conv2.forward(h))
      .add(this.downsample?.forward(x) ?? x)
      .relu()
  }
}

/**
 * A 3 × 3 convolution between two 1 × 1 ones that narrow and widen, beside a shortcut:
 * relu(x + bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x))))))))).
 *
 * x: [n, in, h, w] → [n, out, ⌈h / stride⌉, ⌈w / stride⌉]. Parameters: conv1, bn1, conv2, bn2, conv3, bn3 and, where shapes change, downsample.0, downsample.1.
 * He et al., "Deep Residual Learning for Image Recognition", 2015; the stride is that of torchvision, "ResNet v1.5".
 * PyTorch: - (torchvision's Bottleneck); Keras: -.
 * @example
 * new Bottleneck(256, 512, { stride: 2 }).forward(x)
 */
export class Bottleneck extends Module {
  readonly conv1: Conv2d
  readonly bn1: Layer
  readonly conv2: Conv2d
  readonly bn2: Layer
  readonly conv3: Conv2d
  readonly bn3: Layer
  readonly downsample: Sequential | undefined
  constructor(
    inChannels: number,
    outChannels: number,
    { stride = 1, groups = 1, width = outChannels / 4, norm = batchNorm }: BottleneckOptions = {},
  ) {
    super()
    this.conv1 = new Conv2d(inChannels, width, 1, { bias: false })
    this.bn1 = norm(width)
    this.conv2 = new Conv2d(width, width, 3, { stride, padding: 1, groups, bias: false })
    this.bn2 = norm(width)
    this.conv3 = new Conv2d(width, outChannels, 1, { bias: false })
    this.bn3 = norm(outChannels)
    this.downsample = stride === 1 && inChannels === outChannels ? undefined : projected(inChannels, outChannels, stride, norm)
  }
  /** x: [n, in, h, w] → [n, out, ⌈h / stride⌉, ⌈w / stride⌉] */
  forward(x: Tensor): Tensor {
    const narrow = this.bn1.forward(this.conv1.forward(x)).relu()
    const seen = this.bn2.forward(this.conv2.forward(narrow)).relu()
    return this.bn3
      .forward(this.conv3.forward(seen))
      .add(this.downsample?.forward(x) ?? x)
      .relu()
  }
}
