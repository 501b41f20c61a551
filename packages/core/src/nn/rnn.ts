import type { Tensor } from '../tensor/tensor.ts'
import { rnnCell, type Nonlinearity } from './recurrent-cell.ts'
import { Recurrent, type RecurrentOptions, type SequenceOptions } from './recurrent.ts'

/**
 * A plain recurrent layer over sequences: h ← tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh).
 *
 * x: [n, t, in] → output [n, t, hidden] and the last state [layers·directions, n, hidden]. Parameters: weight_ih_lk [hidden, in],
 * weight_hh_lk [hidden, hidden], bias_ih_lk and bias_hh_lk [hidden]. nonlinearity: 'tanh' (default) or 'relu'.
 * Elman, "Finding Structure in Time", 1990. PyTorch: RNN; Keras: SimpleRNN, RNN, Bidirectional, StackedRNNCells.
 * @throws ShapeError if the input is not [n, t, in] or the state does not fit.
 * @example
 * const [output, h] = new RNN(64, 128).forward(x)
 */
export class RNN extends Recurrent {
  constructor(
    inputSize: number,
    hiddenSize: number,
    { nonlinearity = 'tanh', ...options }: RecurrentOptions & { nonlinearity?: Nonlinearity } = {},
  ) {
    super(rnnCell(nonlinearity), inputSize, hiddenSize, options)
  }
  /** x: [n, t, in] → output [n, t, hidden·directions] and the last state [layers·directions, n, hidden] */
  forward(x: Tensor, { state, lengths }: SequenceOptions<Tensor> = {}): [output: Tensor, state: Tensor] {
    const [output, [h]] = this.run(x, state && [state], lengths)
    return [output, h!]
  }
}
