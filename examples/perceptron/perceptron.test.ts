import { expect, it } from 'vitest'
import { backpropagate, descend } from './by-hand.ts'
import { initialWeights, xor } from './data.ts'
import { differentiate } from './with-portolan.ts'

const flat = (w: object): number[] => Object.values(w).flat(2) as number[]

it('gradients by hand are those of autodiff, at every step', async () => {
  let weights = initialWeights(5)
  for (let i = 0; i < 20; i++) {
    const byHand = backpropagate(weights, xor.x, xor.y)
    const portolan = await differentiate(weights, xor.x, xor.y)
    expect(portolan.loss).toBeCloseTo(byHand.loss, 6)
    const order = ({ w1, b1, w2, b2 }: typeof weights) => flat([w1, b1, w2, b2])
    order(portolan.gradient).forEach((g, k) => expect(g).toBeCloseTo(order(byHand.gradient)[k]!, 6))
    weights = descend(weights, byHand.gradient, 1)
  }
})

it('gradients by hand are those of finite differences', () => {
  const weights = initialWeights(3)
  const { gradient } = backpropagate(weights, xor.x, xor.y)
  const at = (d: number) => backpropagate({ ...weights, w2: [[weights.w2[0]![0]! + d], ...weights.w2.slice(1)] }, xor.x, xor.y).loss
  expect(gradient.w2[0]![0]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 7)
})

it('learns exclusive or', () => {
  let weights = initialWeights(5)
  for (let i = 0; i < 2000; i++) weights = descend(weights, backpropagate(weights, xor.x, xor.y).gradient, 1)
  backpropagate(weights, xor.x, xor.y).prediction.forEach(([p], i) => expect(Math.abs(p! - xor.y[i]![0]!)).toBeLessThan(0.1))
})
