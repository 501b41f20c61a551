import { HostRng, RangeError } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'
import { checkCounts } from './check-counts.ts'

/** Options of `seasonalSeries`. */
export interface SeasonalSeriesOptions {
  /** Steps, such as hours; by default 4,000. */
  readonly length?: number
  /** Series side by side; by default 3. */
  readonly channels?: number
  /** Steps of the seasons; by default a day and a week of hours: [24, 168]. */
  readonly periods?: readonly number[]
  /** Deviation of what cannot be foretold, against seasons of about 1; by default 0.2. */
  readonly noise?: number
  /** Which; an integer, by default 0. */
  readonly seed?: number
}

const STREAM = 0x73657300

/**
 * Series of seasons, a slow trend, and noise of which 70 % is left in the next step: float32 `[length, channels]`.
 *
 * Each season is a sum of three harmonics, of another size and phase in each channel.
 *
 * @throws RangeError when an option is out of its range.
 *
 * @example
 * const windows = forecastWindows(seasonalSeries({ seed: 1 }), { past: 168, horizon: 24 })
 */
export function seasonalSeries(options: SeasonalSeriesOptions = {}): Field {
  const { length = 4_000, channels = 3, periods = [24, 168], noise = 0.2, seed = 0 } = options
  checkCounts('seasonalSeries', { length, channels })
  if (!(noise >= 0 && Number.isFinite(noise))) throw new RangeError(`seasonalSeries: noise must be 0 or more, got ${noise}.`)
  if (!periods.every(p => p > 1)) throw new RangeError(`seasonalSeries: periods must be above 1, got [${periods}].`)
  const data = new Float32Array(length * channels)
  for (let c = 0; c < channels; c++) {
    const rng = new HostRng(seed, STREAM + c)
    const waves = periods.flatMap(period =>
      [1, 2, 3].map(k => ({
        turn: (2 * Math.PI * k) / period,
        size: (0.5 + rng.uniform()) / k ** 1.5,
        phase: 2 * Math.PI * rng.uniform(),
      })),
    )
    const slope = rng.normal() / 4_000
    let rest = 0
    for (let t = 0; t < length; t++) {
      rest = 0.7 * rest + Math.sqrt(1 - 0.7 ** 2) * noise * rng.normal()
      data[t * channels + c] = slope * t + rest + waves.reduce((sum, w) => sum + w.size * Math.sin(w.turn * t + w.phase), 0)
    }
  }
  return { data, shape: [length, channels] }
}
