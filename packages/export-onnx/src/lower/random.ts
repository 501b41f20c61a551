import { size, type Shape } from '@portolan/core/engine'
import type { Builder, Ref } from './builder.ts'

/** A 64-bit word as two uint32 tensors. */
interface Word {
  lo: Ref
  hi: Ref
}

/**
 * Squares (Widynski 2020) in unsigned multiplications, additions and divisions only, so that it runs where bit operations
 * are lacking: bit for bit what `squaresWords` of core computes. state int32 [3] → the highest `bits` of each word, int32
 */
export function randomBits(b: Builder, state: Ref, shape: Shape, bits: number): Ref {
  const n = size(shape)
  const constant = (v: number) => b.constant('uint32', [1], Uint32Array.of(v))
  const node = (op: string, x: Ref, y: Ref) => b.node(op, [x, y], {}, { shape: x.shape[0] === 1 ? y.shape : x.shape, type: 'uint32' })
  const add = (x: Ref, y: Ref) => node('Add', x, y)
  const mul = (x: Ref, y: Ref) => node('Mul', x, y)
  const high16 = (x: Ref) => node('Div', x, constant(0x10000))
  const low16 = (x: Ref) => node('Sub', x, mul(high16(x), constant(0x10000)))

  /** The upper half of a product of 32-bit numbers, from products of 16-bit halves; no sum here exceeds 32 bits. */
  const mulHigh = (x: Ref, y: Ref): Ref => {
    const [x0, x1, y0, y1] = [low16(x), high16(x), low16(y), high16(y)]
    const outer = add(mul(x1, y0), high16(mul(x0, y0)))
    const inner = add(mul(x0, y1), low16(outer))
    return add(add(mul(x1, y1), high16(outer)), high16(inner))
  }
  const less = (x: Ref, y: Ref): Ref =>
    b.cast(b.node('Less', [x, y], {}, { shape: x.shape[0] === 1 ? y.shape : x.shape, type: 'bool' }), 'uint32')
  const plus = (x: Word, y: Word): Word => {
    const lo = add(x.lo, y.lo)
    return { lo, hi: add(add(x.hi, y.hi), less(lo, y.lo)) }
  }
  const square = (x: Word): Word => ({ lo: mul(x.lo, x.lo), hi: add(mulHigh(x.lo, x.lo), mul(constant(2), mul(x.lo, x.hi))) })

  const word = (i: number) => b.cast(b.node('Slice', [state, b.i64([i]), b.i64([i + 1])], {}, { shape: [1], type: 'int32' }), 'uint32')
  const [key, draw]: [Word, Ref] = [{ lo: word(0), hi: word(1) }, word(2)]
  const counter = b.cast(
    b.node(
      'Range',
      [b.constant('int32', [], Int32Array.of(0)), b.constant('int32', [], Int32Array.of(n)), b.constant('int32', [], Int32Array.of(1))],
      {},
      { shape: [n], type: 'int32' },
    ),
    'uint32',
  )
  // y = counter·key with the counter draw·2³² + i
  const y: Word = { lo: mul(counter, key.lo), hi: add(add(mulHigh(counter, key.lo), mul(counter, key.hi)), mul(draw, key.lo)) }
  const z = plus(y, key)
  let x = y
  for (const addend of [y, z, y]) {
    const { lo, hi } = plus(square(x), addend)
    x = { lo: hi, hi: lo }
  }
  const top = plus(square(x), z).hi
  return b.reshape(b.cast(node('Div', top, constant(2 ** (32 - bits))), 'int32'), shape)
}

/** The same bits from 64-bit words, where there are such: a fifth of the work. */
export function randomBits64(b: Builder, state: Ref, shape: Shape, bits: number): Ref {
  const n = size(shape)
  const constant = (v: number) => b.constant('uint64', [1], BigUint64Array.of(BigInt(v)))
  const node = (op: string, x: Ref, y: Ref, attrs = {}) =>
    b.node(op, [x, y], attrs, { shape: x.shape[0] === 1 ? y.shape : x.shape, type: 'uint64' })
  const left = (x: Ref) => node('BitShift', x, constant(32), { direction: 'LEFT' })
  const right = (x: Ref, by: number) => node('BitShift', x, constant(by), { direction: 'RIGHT' })
  const squareAdd = (x: Ref, y: Ref) => node('Add', node('Mul', x, x), y)
  const swap = (x: Ref) => node('BitwiseOr', left(x), right(x, 32))

  const word = (i: number) =>
    b.cast(b.cast(b.node('Slice', [state, b.i64([i]), b.i64([i + 1])], {}, { shape: [1], type: 'int32' }), 'uint32'), 'uint64')
  const key = node('BitwiseOr', word(0), left(word(1)))
  const index = b.cast(b.node('Range', [b.i64([0], []), b.i64([n], []), b.i64([1], [])], {}, { shape: [n], type: 'int64' }), 'uint64')
  const y = node('Mul', node('Add', index, left(word(2))), key)
  const z = node('Add', y, key)
  const x = [y, z, y].reduce((x, addend) => swap(squareAdd(x, addend)), y)
  return b.reshape(b.cast(right(squareAdd(x, z), 64 - bits), 'int32'), shape)
}
