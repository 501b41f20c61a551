import { expect, it } from 'vitest'
import { conv2d, type Tensor, trace, zeros } from '../index.ts'
import { bytesOf, flopsOf } from './flops.ts'

/** The last op of a function, on zeros of these shapes. */
const last = (f: (...x: Tensor[]) => Tensor, ...shapes: number[][]) => trace(f, shapes.map(s => zeros(s))).graph.nodes.at(-1)! // prettier-ignore

it.each([
  ['a product', (a: Tensor, b: Tensor) => a.matmul(b), [[5, 2, 3], [3, 4]], 2 * 5 * 2 * 4 * 3, 4 * (30 + 12 + 40)], // prettier-ignore
  ['one of a transposed matrix', (a: Tensor, b: Tensor) => a.matmul(b, { transposeA: true }), [[3, 2], [3, 4]], 2 * 2 * 4 * 3, 4 * (6 + 12 + 8)], // prettier-ignore
  // 6 · 6 places, each 3 · 3 taps of 4 / 2 channels, 8 filters
  ['a grouped convolution', (x: Tensor, w: Tensor) => conv2d(x, w, { groups: 2 }), [[1, 4, 8, 8], [8, 2, 3, 3]], 2 * 36 * 9 * 2 * 8, 4 * (256 + 144 + 288)], // prettier-ignore
  ['a sum', (x: Tensor) => x.sum(1), [[3, 7]], 21, 4 * (21 + 3)],
  ['a function', (x: Tensor) => x.exp(), [[3, 7]], 21, 2 * 4 * 21],
  ['a comparison', (x: Tensor, y: Tensor) => x.greater(y), [[3, 7], [7]], 21, 4 * 21 + 4 * 7 + 21], // prettier-ignore
  ['a part', (x: Tensor) => x.slice(0, 0, 2), [[9, 7]], 0, 2 * 4 * 14],
  ['another form', (x: Tensor) => x.reshape([7, 3]), [[3, 7]], 0, 0],
] as const)('%s', (_, f, shapes, flops, bytes) => {
  const node = last(f as (...x: Tensor[]) => Tensor, ...shapes.map(s => [...s]))
  expect([flopsOf(node), bytesOf(node)]).toEqual([flops, bytes])
})
