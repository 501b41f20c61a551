import { compile, concat, ready, tensor, type DType, type Tensor } from '@portolan/core'
import { close, ints } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const values = {
  float32: Float32Array.of(0, 1, -1, 2.75, -2.75, 0.5, -0.5, 100, 255, 1e-30, 16777216),
  int32: Int32Array.of(0, 1, -1, 7, -7, 255, 256, 257, -256, 2 ** 24, 2 ** 31 - 1, -(2 ** 31)),
  uint8: Uint8Array.of(0, 1, 2, 127, 128, 200, 255),
  bool: Uint8Array.of(0, 1, 1, 0),
}
/** By the rule: floats are cut towards 0, integers wrap, what is not 0 is true. */
const rule: Record<DType, (v: number) => number> = {
  float32: Math.fround,
  int32: v => Math.trunc(v) | 0,
  uint8: v => Math.trunc(v) & 255,
  bool: v => (v ? 1 : 0),
}
const kinds: Record<DType, unknown> = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array, bool: Uint8Array }
const dtypes = Object.keys(values) as DType[]
/** Of what a byte cannot hold no rule of C says what becomes. */
const fits = (from: DType, to: DType, v: number): boolean => !(from === 'float32' && to === 'uint8' && (v < 0 || v > 255))

describe('cast', () => {
  for (const from of dtypes)
    for (const to of dtypes)
      it(`${from} to ${to}`, async () => {
        const numbers = values[from].filter((v: number) => fits(from, to, v))
        const x = tensor(numbers, [numbers.length], from)
        const f = (t: Tensor) => t.cast(to)
        for (const engine of [undefined, ...Object.values(engines)]) {
          const cast = await compile(f, { engine })(x)
          expect(cast.dtype).toBe(to)
          const data = await cast.data()
          expect(data).toBeInstanceOf(kinds[to])
          close(data, Array.from(numbers, rule[to]), 0, engine?.name)
        }
      })
})

describe('what moves numbers moves each element type, and nothing beside them', () => {
  const moves: Record<string, (x: Tensor) => Tensor> = {
    reshape: x => x.reshape([-1]),
    broadcastTo: x => x.broadcastTo([2, ...x.shape]),
    transpose: x => x.transpose(),
    concat: x => concat([x, x], 1),
    slice: x => x.sliceTo([1, 2], [4, 5]),
    pad: x => x.pad([1, 0], [0, 3]),
    gather: x => x.gather(tensor(Int32Array.of(3, 0, 3))),
    where: x => x.cast('float32').greater(0).where(x, x.transpose().transpose()),
  }
  for (const [name, f] of Object.entries(moves))
    for (const dtype of dtypes)
      it(`${name} of ${dtype}`, async () => {
        const x = ints([5, 67], dtype === 'bool' ? 2 : 256).cast(dtype)
        const beside = [1, 2, 3, 4].map(k => ints([300], 1000).add(k)) // a kernel that writes beyond its memory would show here
        const before = beside.map(t => Array.from(t.dataSync()))
        const reference = f(x.cast('float32')).dataSync() // what these ops do to floats is compared with PyTorch elsewhere
        for (const engine of [undefined, ...Object.values(engines)]) {
          const y = await compile(f, { engine })(x)
          expect([y.dtype, (await y.data()) instanceof (kinds[dtype] as typeof Uint8Array)]).toEqual([dtype, true])
          close(await y.data(), reference, 0, engine?.name)
        }
        expect(beside.map(t => Array.from(t.dataSync()))).toEqual(before)
      })
})
