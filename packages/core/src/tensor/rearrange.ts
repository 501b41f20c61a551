import { RangeError, ShapeError } from '../errors.ts'
import { size } from './spec.ts'
import type { Tensor } from './tensor.ts'

/** How `pad` fills: with a number, with the neighbours mirrored at the border, with the border's own number, or from the other end. */
export type PadMode = 'constant' | 'reflect' | 'edge' | 'wrap'

const join = (parts: readonly Tensor[], axis: number): Tensor =>
  parts.length === 1 ? parts[0]! : parts[0]!.op('concat', parts.slice(1), { axis })

/** Every `step`-th number of an axis from `from` up to, not including, `to`: the axis in rows of `step` numbers, one column of it. */
export function every(x: Tensor, axis: number, from: number, to: number, step: number): Tensor {
  if (!Number.isInteger(step) || step === 0) throw new RangeError(`slice: step must be an integer other than 0, got ${step}`)
  const n = x.shape[axis]!
  if (step < 0) return every(x.flip(axis), axis, n - 1 - from, n - 1 - to, -step)
  if (from < 0 || from > to || to > n) throw new ShapeError(`slice: ${from} … ${to} is outside axis ${axis} of [${x.shape}]`)
  const rows = Math.ceil((to - from) / step)
  if (step === 1 || rows <= 1) return x.slice(axis, from, rows ? from + rows : from)
  const first = Math.floor(from / step) * step
  const last = first + rows * step
  const none = x.shape.map(() => 0)
  const whole = last > n ? x.pad(none, none.with(axis, last - n)) : x
  const part = first > 0 || last < n ? whole.slice(axis, first, last) : whole
  const columns = part.reshape(x.shape.toSpliced(axis, 1, rows, step))
  return columns.slice(axis + 1, from - first, from - first + 1).reshape(x.shape.with(axis, rows))
}

/** The numbers that continue one axis, joined to it. */
export function extend(x: Tensor, axis: number, before: number, after: number, mode: Exclude<PadMode, 'constant'>): Tensor {
  const n = x.shape[axis]!
  const most = { reflect: Math.max(0, n - 1), edge: n ? Infinity : 0, wrap: n }[mode]
  if (Math.max(before, after) > most)
    throw new ShapeError(
      `pad: mode ${mode} finds ${most} numbers to continue axis ${axis} of [${x.shape}] with, not ${Math.max(before, after)}`,
    )
  const repeated = (at: number, times: number): Tensor => x.slice(axis, at, at + 1).broadcastTo(x.shape.with(axis, times))
  const [left, right] = {
    reflect: [() => x.slice(axis, 1, before + 1).flip(axis), () => x.slice(axis, n - 1 - after, n - 1).flip(axis)],
    edge: [() => repeated(0, before), () => repeated(n - 1, after)],
    wrap: [() => x.slice(axis, n - before, n), () => x.slice(axis, 0, after)],
  }[mode] as [() => Tensor, () => Tensor]
  return join([...(before ? [left()] : []), x, ...(after ? [right()] : [])], axis)
}

/** Shifted along an axis; what falls off comes in at the other end. */
export function roll(x: Tensor, shift: number, axis: number): Tensor {
  const n = x.shape[axis]!
  const by = n && ((shift % n) + n) % n
  return by ? join([x.slice(axis, n - by, n), x.slice(axis, 0, n - by)], axis) : x
}

/** The whole tensor `times` in a row along an axis. */
export function repeat(x: Tensor, axis: number, times: number): Tensor {
  if (times === 1) return x
  const [before, block] = [size(x.shape.slice(0, axis)), size(x.shape.slice(axis))]
  return x
    .reshape([before, 1, block])
    .broadcastTo([before, times, block])
    .reshape(x.shape.with(axis, x.shape[axis]! * times))
}

/** x[..., i, i] for each i of two axes, as the last axis. [..., n, ..., n, ...] → [..., n] */
export function diagonal(x: Tensor, a: number, b: number): Tensor {
  const n = x.shape[a]!
  const rest = x.shape.flatMap((_, i) => (i === a || i === b ? [] : [i]))
  const flat = x.transpose([...rest, a, b]).reshape([...rest.map(i => x.shape[i]!), n * n])
  return every(flat, rest.length, 0, n * n, n + 1)
}
