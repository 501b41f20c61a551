import { compile, Conv2d, full, grad, Linear, Rng, seed, tensor, type Tensor } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { expect, it } from 'vitest'

const engine = onnx({ threads: 1 })
const rng = new Rng(3)

it.each<[string, Tensor, () => Conv2d | Linear]>([
  ['product', full([4, 8], NaN), () => new Linear(8, 6)],
  ['convolution', full([2, 16, 32, 32], NaN), () => new Conv2d(16, 16, 3, { padding: 1 })],
])('a choice hides the numbers of a %s that are none', async (_, x, make) => {
  seed(1)
  const layer = make()
  const run = compile(
    (x: Tensor) => {
      const y = layer.forward(x)
      return y.isFinite().where(y, 0)
    },
    { engine },
  )
  expect((await (await run(x)).data()).every(v => v === 0)).toBe(true)
  await run.dispose()
})

it('the gradient of ReLU behind a product is the same as op by op', async () => {
  const [x, w, v] = [rng.normal([32, 16]), rng.normal([16, 24]), rng.normal([24, 8])]
  const f = grad((w: Tensor) => x.matmul(w).relu().matmul(v).square().sum())
  const run = compile((w: Tensor) => f(w), { engine })
  const numbers = async (g: readonly Tensor[]): Promise<number[]> => Array.from(await g[0]!.data(), y => y / 1000)
  const expected = await numbers(f(w))
  expect(await numbers(await run(w))).toEqual(expected.map(y => expect.closeTo(y, 5)))
  await run.dispose()
})

it('the gradient of ReLU tells the smallest numbers from 0, and takes the largest', async () => {
  const one = full([1, 1], 1)
  const f = grad((x: Tensor) => x.matmul(one).relu().matmul(one).sum())
  const run = compile((x: Tensor) => f(x), { engine })
  const x = tensor([1e-37, -1e-37, 0, -0, 3e38, -3e38], [6, 1])
  expect(Array.from(await (await run(x))[0]!.data(), v => v + 0)).toEqual([1, 0, 0, 0, 1, 0])
  await run.dispose()
})
