import { Module, type PadMode, type Tensor } from '@portolan/core'
import { amounts, type Amount } from './amounts.ts'

/** Options of paddings. */
export interface PadOptions {
  /** 'constant' (default): a number, 'reflect': mirrored at the border, 'edge': the border's own, 'wrap': from the other end. */
  mode?: PadMode
  /** The number, for 'constant'; default 0. */
  value?: number
}

/**
 * More numbers around each sample: y[i] = x[i − before], and beyond its ends what the mode says.
 *
 * x: [n, c, ...sides] → [n, c, ...sides + before + after]. amount: one number for all sides and ends, or for each side one number
 * or [before, after]. PyTorch: ConstantPad1d, ConstantPad2d, ConstantPad3d, ZeroPad2d, ReflectionPad1d, ReflectionPad2d, ReflectionPad3d,
 * ReplicationPad1d, ReplicationPad2d, ReplicationPad3d; Keras: ZeroPadding1D, ZeroPadding2D, ZeroPadding3D.
 * @throws ShapeError if the amounts are not as many as the sides, or the mode finds too few numbers.
 * @example
 * new Pad([[0, 1], 2], { mode: 'reflect' }).forward(zeros([1, 3, 8, 8]))   // [1, 3, 9, 12]
 */
export class Pad extends Module {
  readonly #options: PadOptions
  constructor(
    readonly amount: Amount,
    options: PadOptions = {},
  ) {
    super()
    this.#options = options
  }
  /** x: [n, c, ...sides] → [n, c, ...sides + before + after] */
  forward(x: Tensor): Tensor {
    return x.pad(...amounts('Pad', this.amount, x.shape), this.#options)
  }
}
