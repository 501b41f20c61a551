import { range } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
import { nchwc, type Four } from './layout.ts'

// Weights [o, i, kh, kw] as the blocked domain wants them: [o / b, i / b, kh, kw, b(i), b(o)], or [o / b, i, kh, kw, b(o)] where i < b.
// ReorderInput brings a block of channels to the end several times faster than a transposition; what is then left to move are whole blocks.

const reorder = (b: Builder, x: Ref, shape: Four): Ref =>
  b.node('ReorderInput', [b.reshape(x, shape)], {}, { shape, type: 'float32' }, nchwc)

/** For y = x * w. */
export function weightForm(b: Builder, block: number, w: Ref): Ref {
  const [o, i, kh, kw] = w.shape as Four
  const rows = reorder(b, w, [o / block, block, i, kh * kw]) // [o / b, i, k, b(o)]
  if (i < block || kh * kw === 1) return b.reshape(rows, w.shape)
  return b.reshape(b.transpose(b.reshape(rows, [o / block, i / block, block, kh * kw, block]), [0, 1, 3, 2, 4]), w.shape)
}

/** For dx = g * w turned round: channels exchanged, and of the places of the window those in the lists, in their order. */
export function turnedForm(b: Builder, block: number, w: Ref, rows: readonly number[], columns: readonly number[]): Ref {
  const [o, i, kh, kw] = w.shape as Four
  const taps = rows.flatMap(p => columns.map(q => p * kw + q))
  const form = reorder(b, w, [o, i, kh, kw]) // [o, i / b, k, b(i)]
  const many = o % block === 0
  const turned = many
    ? b.transpose(b.reshape(form, [o / block, block, i / block, kh * kw, block]), [2, 0, 3, 1, 4])
    : b.reshape(b.transpose(b.reshape(form, [o, i / block, kh * kw, block]), [1, 0, 2, 3]), [i / block, o, kh * kw, 1, block])
  const shape = [i, o, rows.length, columns.length]
  if (taps.length === kh * kw && taps.every((t, k) => t === k)) return b.reshape(turned, shape)
  const chosen = b.node('Gather', [turned, b.i64(taps)], { axis: 2 }, { shape: turned.shape.with(2, taps.length), type: 'float32' })
  return b.reshape(chosen, shape)
}

/** For a convolution of depth 1, [c, 1, kh, kw] as [c / b, kh, kw, b]; of the places of the window those in the list. */
export function depthForm(b: Builder, block: number, w: Ref, flip: boolean): Ref {
  const [c, , kh, kw] = w.shape as Four
  const form = b.reshape(reorder(b, w, [c / block, block, kh, kw]), [c / block, kh * kw, block])
  if (!flip || kh * kw === 1) return b.reshape(form, w.shape)
  const taps = b.i64(range(kh * kw).reverse())
  return b.reshape(b.node('Gather', [form, taps], { axis: 1 }, { shape: form.shape, type: 'float32' }), w.shape)
}
