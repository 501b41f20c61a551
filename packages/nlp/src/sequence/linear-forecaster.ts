import { avgPool1d, Linear, Module, RangeError, type Tensor } from '@portolan/core'
import { checkCounts } from '../classify/text-options.ts'
import { ChannelLinear } from './channel-linear.ts'
import { checkSeries, type ForecasterOptions } from './series-options.ts'

/** Options of `LinearForecaster`. */
export interface LinearForecasterOptions extends ForecasterOptions {
  /** How many points the moving average takes together, odd; 1: the series is not parted. Default 25. */
  window?: number
  /** Whether every channel has maps of its own; default false. */
  perChannel?: boolean
}

/**
 * Foretells a series by linear maps over time, the same for every channel or one for each: one of its moving average and one of what is
 * left of it. With x̄ the average over a window, its borders repeated outside: y = trend(x̄) + seasonal(x − x̄). With window 1 there is one map: y = trend(x).
 *
 * x: [n, history, channels] → [n, horizon, channels]. Parameters: trend and seasonal, weight [horizon, history] and bias [horizon]; with
 * perChannel [channels, horizon, history] and [channels, horizon].
 * Zeng et al., "Are Transformers Effective for Time Series Forecasting?", 2022 (DLinear).
 * @throws RangeError for an option out of range; ShapeError, DTypeError if the series does not fit.
 * @example
 * new LinearForecaster({ channels: 7, history: 336, horizon: 24 }).forward(x)
 */
export class LinearForecaster extends Module {
  readonly trend: Linear | ChannelLinear
  readonly seasonal: Linear | ChannelLinear | undefined
  readonly #options: ForecasterOptions
  readonly #window: number

  constructor({ channels, history, horizon, window = 25, perChannel = false }: LinearForecasterOptions) {
    super()
    checkCounts('LinearForecaster', { channels, history, horizon, window })
    if (window % 2 === 0) throw new RangeError(`LinearForecaster: window must be odd, got ${window}`)
    const map = () => (perChannel ? new ChannelLinear(channels, history, horizon) : new Linear(history, horizon))
    this.trend = map()
    this.seasonal = window > 1 ? map() : undefined
    this.#options = { channels, history, horizon }
    this.#window = window
  }

  /** x: [n, history, channels] → [n, horizon, channels] */
  forward(x: Tensor): Tensor {
    const { history, channels } = this.#options
    checkSeries('LinearForecaster', x, history, channels)
    const series = x.transpose([0, 2, 1]) // [n, channels, history]
    if (!this.seasonal) return this.trend.forward(series).transpose([0, 2, 1])
    const side = (this.#window - 1) / 2
    const average = avgPool1d(series.pad([0, 0, side], [0, 0, side], { mode: 'edge' }), this.#window, { stride: 1 })
    return this.trend
      .forward(average)
      .add(this.seasonal.forward(series.sub(average)))
      .transpose([0, 2, 1])
  }
}
