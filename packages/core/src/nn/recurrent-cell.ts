import { ShapeError } from '../errors.ts'
import { zeros, type Tensor } from '../tensor/tensor.ts'
import { param, uniform } from './init.ts'
import { linear } from './linear.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'

/** What a recurrent layer computes at each step. */
export interface Cell {
  /** How many parts of hiddenSize each bias and the rows of each weight have. */
  readonly gates: number
  /** How many tensors [n, hidden] go on to the next step; the first is the output. */
  readonly carries: number
  /** Whether both biases meet only as their sum. */
  readonly oneBias: boolean
  /** z = x·W_ihᵀ + b_ih and r = h·W_hhᵀ + b_hh, both [n, gates·hidden] → the next carry. */
  step(z: Tensor, r: Tensor, carry: readonly Tensor[]): Tensor[]
}

/** What bends the sum in a simple recurrent cell. */
export type Nonlinearity = 'tanh' | 'relu'

export const rnnCell = (nonlinearity: Nonlinearity): Cell => ({
  gates: 1,
  carries: 1,
  oneBias: true,
  step: (z, r) => [nonlinearity === 'tanh' ? z.add(r).tanh() : z.add(r).relu()],
})

export const lstmCell: Cell = {
  gates: 4,
  carries: 2,
  oneBias: true,
  step: (z, r, [, c]) => {
    const [i, f, g, o] = z.add(r).split(4) as [Tensor, Tensor, Tensor, Tensor]
    const next = f.sigmoid().mul(c!).add(i.sigmoid().mul(g.tanh()))
    return [o.sigmoid().mul(next.tanh()), next]
  },
}

export const gruCell: Cell = {
  gates: 3,
  carries: 1,
  oneBias: false,
  step: (z, r, [h]) => {
    const [zr, zu, zn] = z.split(3) as [Tensor, Tensor, Tensor]
    const [rr, ru, rn] = r.split(3) as [Tensor, Tensor, Tensor]
    const reset = zr.add(rr).sigmoid()
    const update = zu.add(ru).sigmoid()
    const candidate = zn.add(reset.mul(rn)).tanh()
    return [candidate.add(update.mul(h!.sub(candidate)))]
  },
}

/** What x gives to a cell, for one step or a whole sequence: [..., in] → [..., gates·hidden]. */
export const inward = (cell: Cell, x: Tensor, weight: Param, biasIh: Param | undefined, biasHh: Param | undefined): Tensor =>
  linear(x, weight.value, biasIh && biasHh && cell.oneBias ? biasIh.value.add(biasHh.value) : biasIh?.value)

/** What the last output gives to a cell: [n, hidden] → [n, gates·hidden]. */
export const onward = (cell: Cell, h: Tensor, weight: Param, bias: Param | undefined): Tensor =>
  bias && !cell.oneBias ? linear(h, weight.value, bias.value) : h.matmul(weight.value, { transposeB: true })

/** One step of a recurrent layer as a layer. */
abstract class RecurrentCell extends Module {
  readonly weightIh: Param
  readonly weightHh: Param
  readonly biasIh: Param | undefined
  readonly biasHh: Param | undefined
  readonly #cell: Cell

  constructor(
    cell: Cell,
    readonly inputSize: number,
    readonly hiddenSize: number,
    { bias = true }: { bias?: boolean },
  ) {
    super()
    const init = uniform(1 / Math.sqrt(hiddenSize))
    const rows = cell.gates * hiddenSize
    this.weightIh = param([rows, inputSize], init)
    this.weightHh = param([rows, hiddenSize], init)
    this.biasIh = bias ? param([rows], init) : undefined
    this.biasHh = bias ? param([rows], init) : undefined
    this.#cell = cell
  }

  /**
   * x: [n, in], carry: [n, hidden] each, zeros at first → the next carry.
   * @throws ShapeError for another input.
   */
  protected step(x: Tensor, carry: readonly Tensor[] | undefined): Tensor[] {
    if (x.shape.length !== 2 || x.shape[1] !== this.inputSize)
      throw new ShapeError(`${this.constructor.name}: the input must be [n, inputSize ${this.inputSize}], got [${x.shape}]`)
    const cell = this.#cell
    const before = carry ?? Array.from({ length: cell.carries }, () => zeros([x.shape[0]!, this.hiddenSize]))
    return cell.step(inward(cell, x, this.weightIh, this.biasIh, this.biasHh), onward(cell, before[0]!, this.weightHh, this.biasHh), before)
  }
}

/**
 * One step of an `RNN`: h′ = tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh).
 *
 * x: [n, in], h: [n, hidden] → [n, hidden]. nonlinearity: 'tanh' (default) or 'relu'. PyTorch: RNNCell; Keras: SimpleRNNCell.
 * @example
 * const h = new RNNCell(64, 128).forward(x)
 */
export class RNNCell extends RecurrentCell {
  constructor(
    inputSize: number,
    hiddenSize: number,
    { nonlinearity = 'tanh', ...options }: { nonlinearity?: Nonlinearity; bias?: boolean } = {},
  ) {
    super(rnnCell(nonlinearity), inputSize, hiddenSize, options)
  }
  /** x: [n, in], h: [n, hidden], default zeros → the next h */
  forward(x: Tensor, h?: Tensor): Tensor {
    return this.step(x, h && [h])[0]!
  }
}

/**
 * One step of an `LSTM`: c′ = σ(f)·c + σ(i)·tanh(g), h′ = σ(o)·tanh(c′).
 *
 * x: [n, in], state { h, c }: [n, hidden] → the next state. PyTorch: LSTMCell; Keras: LSTMCell.
 * @example
 * const { h, c } = new LSTMCell(64, 128).forward(x)
 */
export class LSTMCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: { bias?: boolean } = {}) {
    super(lstmCell, inputSize, hiddenSize, options)
  }
  /** x: [n, in], state: h and c [n, hidden] each, default zeros → the next state */
  forward(x: Tensor, state?: { h: Tensor; c: Tensor }): { h: Tensor; c: Tensor } {
    const [h, c] = this.step(x, state && [state.h, state.c]) as [Tensor, Tensor]
    return { h, c }
  }
}

/**
 * One step of a `GRU`: h′ = (1 − z)·n + z·h.
 *
 * x: [n, in], h: [n, hidden] → [n, hidden]. PyTorch: GRUCell; Keras: GRUCell.
 * @example
 * const h = new GRUCell(64, 128).forward(x)
 */
export class GRUCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: { bias?: boolean } = {}) {
    super(gruCell, inputSize, hiddenSize, options)
  }
  /** x: [n, in], h: [n, hidden], default zeros → the next h */
  forward(x: Tensor, h?: Tensor): Tensor {
    return this.step(x, h && [h])[0]!
  }
}
