import { compile, ready, tensor, trace, type Tensor } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { noise } from '@portolan/test-kit'
import { beforeAll, expect, it } from 'vitest'
import { splits } from '../../packages/export-onnx/src/lower/splits.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const x = noise([6, 8])
const cases: [string, (x: Tensor) => Tensor[], parts: number][] = [
  ['all of an axis', x => x.split(4, 1), 4],
  ['parts of several lengths, out of order', x => [x.slice(0, 5), x.slice(0, 0, 2), x.slice(0, 2, 5)], 3],
  ['not all of it', x => [x.slice(0, 0, 2), x.slice(0, 2, 5)], 0],
  ['parts that overlap', x => [x.slice(0, 0, 4), x.slice(0, 3)], 0],
  ['two axes at once', x => [x.slice(0, 0, 3).slice(1, 0, 4), x.slice(0, 3).slice(1, 4)], 2],
  ['all of what has no numbers', x => x.slice(0, 0, 0).split(2, 1), 0],
  ['one axis after the other', x => [...x.split(2, 0), ...x.split(2, 1)], 4],
]
it.each(cases)('slices that give %s: one node where they are whole, and the same numbers', async (_, f, parts) => {
  expect(splits(trace((x: Tensor) => f(x), [x]).graph).size).toBe(parts)
  const doubled = (x: Tensor): Tensor[] => f(x.mul(2)).map(y => y.add(1))
  const run = compile(doubled, { engine: onnx({ threads: 1 }) })
  const found = await run(x)
  for (const [i, y] of doubled(x).entries()) {
    expect(found[i]!.shape).toEqual(y.shape)
    expect(await found[i]!.data()).toEqual(await y.data())
  }
  await run.dispose()
})

it('a vector of parts of no numbers', async () => {
  const run = compile((x: Tensor) => [x.slice(0, 0, 0), x.slice(0, 0, 2), x.slice(0, 2)], { engine: onnx({ threads: 1 }) })
  expect((await run(tensor([1, 2, 3]))).map(y => y.shape)).toEqual([[0], [2], [1]])
  await run.dispose()
})
