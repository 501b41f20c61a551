import { DTypeError, ShapeError, type Tensor } from '@portolan/core'

/** What every forecaster takes. */
export interface ForecasterOptions {
  /** How many numbers each point in time has. */
  channels: number
  /** How many points it is given. */
  history: number
  /** How many it foretells. */
  horizon: number
}

/** @throws ShapeError, DTypeError unless it is float32 [n, history, channels]. */
export function checkSeries(name: string, x: Tensor, history: number, channels: number): void {
  if (x.dtype !== 'float32') throw new DTypeError(`${name}: the series must be float32, got ${x.dtype}. Cast it: x.cast('float32')`)
  if (x.shape.length !== 3 || x.shape[1] !== history || x.shape[2] !== channels)
    throw new ShapeError(`${name}: the series must be [n, ${history}, ${channels}], got [${x.shape}]`)
}
