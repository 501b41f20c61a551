import { GRU, type Tensor } from '@portolan/core'
import { RecurrentClassifier, type RecurrentStates, type RecurrentClassifierOptions } from './recurrent-classifier.ts'

/**
 * Classifies texts by what GRU layers remember: fc(hₜ), t the length of each text, or fc of the greatest or the mean over all h.
 *
 * ids: int32 [n, t], short texts filled up at their end → class scores [n, classes]. Parameters: embedding, gru, fc.
 * Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014.
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the tokens are not int32 [n, t].
 * @example
 * new TextGRU({ vocabSize: 10_000, classes: 6, layers: 1, bidirectional: true }).forward(ids)
 */
export class TextGRU extends RecurrentClassifier {
  readonly gru: GRU
  constructor(options: RecurrentClassifierOptions) {
    super(options)
    const { dim = 128, hidden = 128, layers = 2, bidirectional = false, dropout = 0 } = options
    this.gru = new GRU(dim, hidden, { layers, bidirectional, dropout })
  }
  protected read(x: Tensor, lengths: Tensor): RecurrentStates {
    const [states, last] = this.gru.forward(x, { lengths })
    return { states, last }
  }
}
