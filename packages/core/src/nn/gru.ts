import type { Tensor } from '../tensor/tensor.ts'
import { gruCell } from './recurrent-cell.ts'
import { Recurrent, type RecurrentOptions, type SequenceOptions } from './recurrent.ts'

/**
 * Gated recurrent units over sequences. With r, z and n the three parts of x·W_ihᵀ + b_ih and r′, z′, n′ those of
 * h·W_hhᵀ + b_hh: h ← (1 − σ(z + z′))·tanh(n + σ(r + r′)·n′) + σ(z + z′)·h.
 *
 * x: [n, t, in] → output [n, t, hidden] and the last state [layers·directions, n, hidden]. Parameters: weight_ih_lk [3·hidden, in],
 * weight_hh_lk [3·hidden, hidden], bias_ih_lk and bias_hh_lk [3·hidden].
 * Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014. PyTorch: GRU; Keras: GRU, Bidirectional.
 * @throws ShapeError if the input is not [n, t, in] or the state does not fit.
 * @example
 * const [output, h] = new GRU(64, 128, { bidirectional: true }).forward(x)
 */
export class GRU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(gruCell, inputSize, hiddenSize, options)
  }
  /** x: [n, t, in] → output [n, t, hidden·directions] and the last state [layers·directions, n, hidden] */
  forward(x: Tensor, { state, lengths }: SequenceOptions<Tensor> = {}): [output: Tensor, state: Tensor] {
    const [output, [h]] = this.run(x, state && [state], lengths)
    return [output, h!]
  }
}
