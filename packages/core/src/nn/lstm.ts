import type { Tensor } from '../tensor/tensor.ts'
import { lstmCell } from './recurrent-cell.ts'
import { Recurrent, type RecurrentOptions, type SequenceOptions } from './recurrent.ts'

/** What goes from one time step to the next; both [layers·directions, n, hidden]. */
export interface LSTMState {
  h: Tensor
  c: Tensor
}

/**
 * Long short-term memory over sequences. With i, f, g and o the four parts of x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh:
 * c ← σ(f)·c + σ(i)·tanh(g), h ← σ(o)·tanh(c).
 *
 * x: [n, t, in] → output [n, t, hidden] and the last state. Parameters: weight_ih_lk [4·hidden, in], weight_hh_lk [4·hidden, hidden],
 * bias_ih_lk and bias_hh_lk [4·hidden].
 * Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997. PyTorch: LSTM; Keras: LSTM, Bidirectional.
 * @throws ShapeError if the input is not [n, t, in] or the state does not fit.
 * @example
 * const [output, { h }] = new LSTM(64, 128, { layers: 2 }).forward(x)
 */
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(lstmCell, inputSize, hiddenSize, options)
  }
  /** x: [n, t, in] → output [n, t, hidden·directions] and the last state, h and c [layers·directions, n, hidden] each */
  forward(x: Tensor, { state, lengths }: SequenceOptions<LSTMState> = {}): [output: Tensor, state: LSTMState] {
    const [output, [h, c]] = this.run(x, state && [state.h, state.c], lengths)
    return [output, { h: h!, c: c! }]
  }
}
