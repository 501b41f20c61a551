import { concrete, conv2d, convTranspose2d, Module, ShapeError, type Around, type Sides, type Tensor } from '@portolan/core'

/** Options of `Unfold` and `Fold`. */
export interface UnfoldOptions {
  /** How far the window moves; default 1. */
  stride?: Sides<2>
  /** Default 0. */
  padding?: Around<2>
  /** Distance between the numbers of a window; default 1. */
  dilation?: Sides<2>
}

/** A window for each of its own numbers, c times. → [c·kh·kw, 1, kh, kw] */
function windows(c: number, kernel: Sides<2>): Tensor {
  const [h, w] = typeof kernel === 'number' ? [kernel, kernel] : kernel
  const all = h * w
  return concrete([c * all, 1, h, w], i => (Math.floor(i / all) % all === i % all ? 1 : 0))
}

/**
 * The windows of an image as columns: y[c·kh·kw + i·kw + j, l] = x[c, row(l) + i, column(l) + j].
 *
 * x: [n, c, h, w] → [n, c·kh·kw, windows], row by row. PyTorch: Unfold; Keras: -.
 * @throws ShapeError if the window does not fit.
 * @example
 * new Unfold(3).forward(zeros([1, 2, 8, 8]))           // [1, 18, 36]
 */
export class Unfold extends Module {
  readonly #options: UnfoldOptions
  constructor(
    readonly kernel: Sides<2>,
    options: UnfoldOptions = {},
  ) {
    super()
    this.#options = options
  }
  /** x: [n, c, h, w] → [n, c·kh·kw, windows] */
  forward(x: Tensor): Tensor {
    const c = x.shape[1] ?? 0
    return conv2d(x, windows(c, this.kernel), { ...this.#options, groups: c }).flatten(2)
  }
}

/**
 * Windows put back and added up where they overlap, the transpose of `Unfold`: y[c, row(l) + i, column(l) + j] += x[c·kh·kw + i·kw + j, l].
 *
 * x: [n, c·kh·kw, windows] → [n, c, ...size]. PyTorch: Fold; Keras: -.
 * @throws ShapeError if the columns are not the windows of such an image.
 * @example
 * new Fold([8, 8], 3).forward(zeros([1, 18, 36]))      // [1, 2, 8, 8]
 */
export class Fold extends Module {
  readonly #options: UnfoldOptions
  constructor(
    readonly size: readonly [number, number],
    readonly kernel: Sides<2>,
    options: UnfoldOptions = {},
  ) {
    super()
    this.#options = options
  }
  /** x: [n, c·kh·kw, windows] → [n, c, ...size] */
  forward(x: Tensor): Tensor {
    const [stride, dilation] = [pair(this.#options.stride ?? 1), pair(this.#options.dilation ?? 1)]
    const [kernel, pads] = [pair(this.kernel), ends(this.#options.padding ?? 0)]
    const span = (i: 0 | 1) => this.size[i] + pads[i]! + pads[i + 2]! - dilation[i] * (kernel[i] - 1) - 1
    const rows = ([0, 1] as const).map(i => Math.floor(span(i) / stride[i]) + 1) as [number, number]
    const [n, all, count] = x.shape as [number, number, number]
    if (x.shape.length !== 3 || all % (kernel[0] * kernel[1]) || count !== rows[0] * rows[1])
      throw new ShapeError(`Fold: the input must be [n, c·${kernel[0] * kernel[1]}, ${rows[0] * rows[1]}], got [${x.shape}]`)
    const c = all / (kernel[0] * kernel[1])
    const outputPadding = ([0, 1] as const).map(i => span(i) % stride[i]) as [number, number]
    return convTranspose2d(x.reshape([n, all, ...rows]), windows(c, this.kernel), { ...this.#options, outputPadding, groups: c })
  }
}

const pair = (x: Sides<2>): readonly [number, number] => (typeof x === 'number' ? [x, x] : x)
const ends = (x: Around<2>): readonly number[] => (typeof x === 'number' ? [x, x, x, x] : x.length === 2 ? [...x, ...x] : x)
