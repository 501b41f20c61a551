import { DTypeError, RangeError, ShapeError, type Tensor } from '@portolan/core'

/** What every model of tokens takes. */
export interface TextOptions {
  /** How many different tokens there are. */
  vocabSize: number
  /** The token that fills short texts up, at their end; default 0. */
  padding?: number
}

/** What every classifier of texts takes. */
export interface TextClassifierOptions extends TextOptions {
  /** Rows of the last layer. */
  classes: number
}

/** @throws RangeError unless every one of the options is a whole number of at least 1. */
export function checkCounts(name: string, counts: Readonly<Record<string, number>>): void {
  for (const [option, n] of Object.entries(counts))
    if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`${name}: ${option} must be a whole number of at least 1, got ${n}`)
}

/** @throws ShapeError, DTypeError unless it is int32 [n, t]. */
export function checkTokens(name: string, ids: Tensor): readonly [n: number, t: number] {
  if (ids.dtype !== 'int32') throw new DTypeError(`${name}: the tokens must be int32, got ${ids.dtype}. Cast them: ids.cast('int32')`)
  if (ids.shape.length !== 2) throw new ShapeError(`${name}: the tokens must be [n, t], got [${ids.shape}]`)
  return ids.shape as readonly [number, number]
}

/** How many tokens of each text are no padding. ids: int32 [n, t] → int32 [n] */
export const textLengths = (ids: Tensor, padding: number): Tensor => ids.notEqual(padding).cast('int32').sum(1)

/** The mean of each text's tokens that are no padding. x: [n, t, dim], ids: int32 [n, t] → [n, dim] */
export function textMean(x: Tensor, ids: Tensor, padding: number): Tensor {
  const [n, t] = ids.shape as readonly [number, number]
  const lengths = textLengths(ids, padding).cast('float32').maximum(1).reshape([n, 1])
  return ids.notEqual(padding).reshape([n, t, 1]).where(x, 0).sum(1).div(lengths)
}
