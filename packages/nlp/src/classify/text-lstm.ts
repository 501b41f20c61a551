import { LSTM, type Tensor } from '@portolan/core'
import { RecurrentClassifier, type RecurrentStates, type RecurrentClassifierOptions } from './recurrent-classifier.ts'

/**
 * Classifies texts by what LSTM layers remember: fc(hₜ), t the length of each text, or fc of the greatest or the mean over all h.
 *
 * ids: int32 [n, t], short texts filled up at their end → class scores [n, classes], which do not depend on how much padding there is.
 * A text of padding alone gets the scores of an empty memory. Parameters: embedding, lstm, fc.
 * Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997.
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the tokens are not int32 [n, t].
 * @example
 * const model = new TextLSTM({ vocabSize: 10_000, classes: 2 })
 * model.forward(ids)                           // [n, 2]
 */
export class TextLSTM extends RecurrentClassifier {
  readonly lstm: LSTM
  constructor(options: RecurrentClassifierOptions) {
    super(options)
    const { dim = 128, hidden = 128, layers = 2, bidirectional = false, dropout = 0 } = options
    this.lstm = new LSTM(dim, hidden, { layers, bidirectional, dropout })
  }
  protected read(x: Tensor, lengths: Tensor): RecurrentStates {
    const [states, { h: last }] = this.lstm.forward(x, { lengths })
    return { states, last }
  }
}
