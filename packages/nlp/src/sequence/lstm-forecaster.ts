import { Dropout, Linear, LSTM, Module, type Tensor } from '@portolan/core'
import { checkCounts } from '../classify/text-options.ts'
import { checkSeries, type ForecasterOptions } from './series-options.ts'

/** Options of `LSTMForecaster`. */
export interface LSTMForecasterOptions extends ForecasterOptions {
  /** Channels of the state; default 128. */
  hidden?: number
  /** How many LSTM layers stand on each other; default 1. */
  layers?: number
  /** In training, between the layers and before the last one, 0 ≤ p < 1; default 0. */
  dropout?: number
}

/**
 * Foretells a series by what an LSTM remembers at its end, all points at once, as differences from the last point:
 * y = x_last + fc(LSTM(x − x_last)).
 *
 * x: [n, history, channels] → [n, horizon, channels]. Parameters: lstm, fc.
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the series does not fit.
 * @example
 * new LSTMForecaster({ channels: 7, history: 96, horizon: 24 }).forward(x)
 */
export class LSTMForecaster extends Module {
  readonly lstm: LSTM
  readonly fc: Linear
  readonly dropout: Dropout
  readonly #options: ForecasterOptions

  constructor({ channels, history, horizon, hidden = 128, layers = 1, dropout = 0 }: LSTMForecasterOptions) {
    super()
    checkCounts('LSTMForecaster', { channels, history, horizon, hidden, layers })
    this.lstm = new LSTM(channels, hidden, { layers, dropout })
    this.fc = new Linear(hidden, horizon * channels)
    this.dropout = new Dropout(dropout)
    this.#options = { channels, history, horizon }
  }

  /** x: [n, history, channels] → [n, horizon, channels] */
  forward(x: Tensor): Tensor {
    const { history, horizon, channels } = this.#options
    checkSeries('LSTMForecaster', x, history, channels)
    const last = x.slice(1, -1) // [n, 1, channels]
    const [, { h }] = this.lstm.forward(x.sub(last))
    const change = this.fc.forward(this.dropout.forward(h.slice(0, -1).squeeze(0)))
    return change.reshape([x.shape[0]!, horizon, channels]).add(last)
  }
}
