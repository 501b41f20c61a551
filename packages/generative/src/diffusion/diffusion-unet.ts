import {
  concat,
  Conv2d,
  Embedding,
  GroupNorm,
  Linear,
  Module,
  MultiHeadAttention,
  PortolanError,
  RangeError,
  resize,
  ShapeError,
  silu,
  tensor,
  type Tensor,
} from '@portolan/core'

/** Options of `DiffusionUNet`. */
export interface DiffusionUNetOptions {
  /** Of the samples; default 1. */
  channels?: number
  /** Channels at full size, a multiple of 8; default 32. */
  width?: number
  /** Factors of them at each size, every one half of the one before; default [1, 2, 2]. */
  multipliers?: readonly number[]
  /** Whether each place of the smallest maps sees all others; default true. */
  attention?: boolean
  /** How many pixels, in both directions, are one place of the largest maps: 2 makes it about four times faster. Default 1. */
  patch?: number
  /** How many classes it is told; default 0, none. */
  classes?: number
}

/**
 * A residual block that is told something: x + conv(silu(norm(conv(silu(norm(x))) + linear(silu(told))))).
 * x: [n, in, h, w], told: [n, d] → [n, out, h, w]
 */
class ToldBlock extends Module {
  readonly norm1: GroupNorm
  readonly conv1: Conv2d
  readonly told: Linear
  readonly norm2: GroupNorm
  readonly conv2: Conv2d
  readonly shortcut: Conv2d | undefined
  constructor(inChannels: number, outChannels: number, d: number) {
    super()
    this.norm1 = new GroupNorm(8, inChannels)
    this.conv1 = new Conv2d(inChannels, outChannels, 3, { padding: 1 })
    this.told = new Linear(d, outChannels)
    this.norm2 = new GroupNorm(8, outChannels)
    this.conv2 = new Conv2d(outChannels, outChannels, 3, { padding: 1 })
    this.shortcut = inChannels === outChannels ? undefined : new Conv2d(inChannels, outChannels, 1)
  }
  forward(x: Tensor, told: Tensor): Tensor {
    let h = this.conv1.forward(silu(this.norm1.forward(x)))
    h = h.add(this.told.forward(silu(told)).expandDims(2).expandDims(3))
    h = this.conv2.forward(silu(this.norm2.forward(h)))
    return h.add(this.shortcut?.forward(x) ?? x)
  }
}

/** x + attention(norm(x)) between all places of a map. x: [n, c, h, w] → same */
class PlaceAttention extends Module {
  readonly norm: GroupNorm
  readonly attention: MultiHeadAttention
  constructor(channels: number) {
    super()
    this.norm = new GroupNorm(8, channels)
    this.attention = new MultiHeadAttention(channels, Math.max(1, channels / 32))
  }
  forward(x: Tensor): Tensor {
    const [, c, h, w] = x.shape as [number, number, number, number]
    const places = this.norm
      .forward(x)
      .reshape([-1, c, h * w])
      .transpose([0, 2, 1]) // [n, h·w, c]
    return x.add(this.attention.forward(places).transpose([0, 2, 1]).reshape([-1, c, h, w]))
  }
}

/**
 * Says what noise is in a sample: a U-Net of residual blocks that are told the step t by waves of several lengths, one block at each
 * size on the way down, two with attention between them at the smallest, one at each on the way up beside what was seen there.
 *
 * x: [n, channels, h, w], t: int32 [n], label: int32 [n] if there are classes → [n, channels, h, w]; h and w multiples of
 * patch·2^(sizes − 1). Parameters: time1, time2, class_vectors, first, down.0 …, halve.0 …, middle1, attention, middle2, twice.0 …, up.0 …, norm, last.
 * Ho et al., "Denoising Diffusion Probabilistic Models", 2020; patches: Luhman and Luhman, "Improving Diffusion Model Efficiency Through Patching", 2022.
 * @throws RangeError for a width that is no multiple of 8; ShapeError for samples whose sides don't divide.
 * @example
 * new DiffusionUNet().forward(zeros([4, 1, 28, 28]), zeros([4], 'int32'))   // [4, 1, 28, 28]
 */
export class DiffusionUNet extends Module {
  readonly time1: Linear
  readonly time2: Linear
  readonly classVectors: Embedding | undefined
  readonly first: Conv2d
  readonly down: readonly ToldBlock[]
  readonly halve: readonly Conv2d[]
  readonly middle1: ToldBlock
  readonly attention: PlaceAttention | undefined
  readonly middle2: ToldBlock
  readonly twice: readonly Conv2d[]
  readonly up: readonly ToldBlock[]
  readonly norm: GroupNorm
  readonly last: Conv2d
  readonly #width: number
  readonly #patch: number
  constructor(options: DiffusionUNetOptions = {}) {
    super()
    const { channels = 1, width = 32, multipliers = [1, 2, 2], attention = true, patch = 1, classes = 0 } = options
    if (!(Number.isInteger(width / 8) && width > 0) || !multipliers.length || !multipliers.every(m => Number.isInteger(m) && m > 0))
      throw new RangeError(`DiffusionUNet: width must be a multiple of 8 and multipliers whole numbers, got ${width} and [${multipliers}]`)
    if (!(Number.isInteger(patch) && patch > 0))
      throw new RangeError(`DiffusionUNet: patch must be a whole number of at least 1, got ${patch}`)
    const d = 4 * width
    const at = multipliers.map(m => m * width)
    const small = at.at(-1)!
    const pairs = at.slice(1).map((after, i) => [at[i]!, after] as const)
    this.#width = width
    this.#patch = patch
    this.time1 = new Linear(width, d)
    this.time2 = new Linear(d, d)
    this.classVectors = classes ? new Embedding(classes, d) : undefined
    this.first = new Conv2d(channels * patch ** 2, at[0]!, 3, { padding: 1 })
    this.down = at.map(c => new ToldBlock(c, c, d))
    this.halve = pairs.map(([before, after]) => new Conv2d(before, after, 3, { stride: 2, padding: 1 }))
    this.middle1 = new ToldBlock(small, small, d)
    this.attention = attention ? new PlaceAttention(small) : undefined
    this.middle2 = new ToldBlock(small, small, d)
    this.twice = pairs.map(([before, after]) => new Conv2d(after, before, 3, { padding: 1 }))
    this.up = at.map(c => new ToldBlock(2 * c, c, d))
    this.norm = new GroupNorm(8, at[0]!)
    this.last = new Conv2d(at[0]!, channels * patch ** 2, 3, { padding: 1 })
  }

  /** x: [n, c, h, w], t: int32 [n], label: int32 [n] with classes → the noise in x: [n, c, h, w] */
  forward(x: Tensor, t: Tensor, label?: Tensor): Tensor {
    const sides = this.#patch * 2 ** this.halve.length
    if (x.shape.length !== 4 || x.shape.slice(2).some(d => d % sides))
      throw new ShapeError(`DiffusionUNet: samples must be [n, c, h, w] with sides that are multiples of ${sides}, got [${x.shape}]`)
    const told = this.#told(t, label)
    let h = this.first.forward(toPatches(x, this.#patch))
    const seen = this.down.map((block, i) => {
      h = block.forward(i ? this.halve[i - 1]!.forward(h) : h, told)
      return h
    })
    h = this.middle1.forward(h, told)
    h = this.middle2.forward(this.attention?.forward(h) ?? h, told)
    for (let i = this.up.length - 1; i >= 0; i--) {
      h = this.up[i]!.forward(concat([h, seen[i]!], 1), told)
      if (i) h = this.twice[i - 1]!.forward(resize(h, { scale: 2 }))
    }
    return fromPatches(this.last.forward(silu(this.norm.forward(h))), this.#patch)
  }

  /** Step and class as one vector. → [n, 4·width] */
  #told(t: Tensor, label: Tensor | undefined): Tensor {
    const half = this.#width / 2
    const frequencies = tensor(Array.from({ length: half }, (_, i) => 10_000 ** (-i / half)))
    const angle = t.cast('float32').expandDims(1).mul(frequencies) // [n, width / 2]
    const told = this.time2.forward(silu(this.time1.forward(concat([angle.sin(), angle.cos()], 1))))
    if (!this.classVectors) return told
    if (!label) throw new PortolanError('DiffusionUNet: it was made for classes and must be given a label for each sample, got none')
    return told.add(this.classVectors.forward(label))
  }
}

/** [n, c, h·p, w·p] → [n, c·p², h, w] */
function toPatches(x: Tensor, p: number): Tensor {
  if (p === 1) return x
  const [, c, h, w] = x.shape as [number, number, number, number]
  const parts = x.reshape([-1, c, h / p, p, w / p, p]).transpose([0, 1, 3, 5, 2, 4])
  return parts.reshape([-1, c * p * p, h / p, w / p])
}
/** [n, c·p², h, w] → [n, c, h·p, w·p] */
function fromPatches(x: Tensor, p: number): Tensor {
  if (p === 1) return x
  const [, c, h, w] = x.shape as [number, number, number, number]
  const parts = x.reshape([-1, c / p ** 2, p, p, h, w]).transpose([0, 1, 4, 2, 5, 3])
  return parts.reshape([-1, c / p ** 2, h * p, w * p])
}
