import { conv2d, full, scan, trace, type Tensor } from '@portolan/core'
import { expect, it } from 'vitest'
import { threadsFor } from './threads.ts'

it('a graph of small ops has one thread, one of large products or convolutions all', () => {
  const x = full([128, 128], 1)
  const threads = (f: (x: Tensor) => Tensor, given = x): number => threadsFor(trace(f, [given]).graph, 4)
  const sums = (x: Tensor, n: number): Tensor => (n ? sums(x.add(x), n - 1) : x)
  const product = (x: Tensor): Tensor => x.matmul(x) // 4,194,304 operations
  expect(threads(x => sums(x, 3))).toBe(1)
  expect(threads(product)).toBe(4)
  expect(threads(x => sums(product(x), 100))).toBe(1)
  expect(threads(x => conv2d(x, full([16, 16, 3, 3], 1), { padding: 1 }).relu(), full([4, 16, 8, 8], 1))).toBe(4)
  expect(threads(x => scan((h, _: Tensor) => [product(h), h], x, full([3, 1], 0))[0])).toBe(4)
})
