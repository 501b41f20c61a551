import { expect, it } from 'vitest'
import { functional, kerasLike, pytorchLike } from './styles.ts'

it('three styles find the same line', async () => {
  const [keras, pytorch, plain] = [await kerasLike(), await pytorchLike(), await functional()]
  expect(Math.abs(keras.weight - 2)).toBeLessThan(0.05)
  expect(Math.abs(keras.bias + 1)).toBeLessThan(0.05)
  expect(keras.testLoss).toBeLessThan(0.02) // the noise itself has variance 0.01
  for (const other of [pytorch, plain])
    for (const figure of ['weight', 'bias', 'testLoss', 'testError'] as const) expect(other[figure]).toBeCloseTo(keras[figure], 5)
})
