import { expect, it } from 'vitest'
import { defaultRng, Dropout, Linear, ones, Rng, seed, squaresWords, type Tensor } from '../index.ts'

const numbers = (t: Tensor): number[] => Array.from(t.dataSync())

it('one seed gives one model, weights and draws', () => {
  const run = (n: number): number[][] => {
    seed(n)
    const layer = new Linear(3, 2)
    const drop = new Dropout(0.5)
    return [numbers(layer.weight.value), numbers(layer.bias!.value), numbers(drop.forward(ones([20]))), numbers(defaultRng().uniform([3]))]
  }
  const first = run(3)
  expect(run(3)).toEqual(first)
  for (const [i, other] of run(4).entries()) expect(other).not.toEqual(first[i])
})

it('weights do not depend on what was drawn in between', () => {
  seed(3)
  defaultRng().uniform([100])
  const a = numbers(new Linear(3, 2).weight.value)
  seed(3)
  expect(numbers(new Linear(3, 2).weight.value)).toEqual(a)
})

it('streams of one seed differ, and draws go on', () => {
  const [a, b] = [new Rng(1, 0), new Rng(1, 1)]
  const first = numbers(a.uniform([4]))
  expect(numbers(b.uniform([4]))).not.toEqual(first)
  expect(numbers(a.uniform([4]))).not.toEqual(first)
  expect(numbers(new Rng(1, 0).uniform([2, 2]))).toEqual(first)
})

it('its state is the key and the number of the draw, and says all', () => {
  const rng = new Rng(9)
  rng.normal([5]) // two draws
  const [low, high, draw] = numbers(rng.state.value) as [number, number, number]
  expect(draw).toBe(2)
  const words = squaresWords([low, high], draw, 3)
  expect(numbers(rng.bits([3], 24))).toEqual(Array.from(words, w => w >>> 8))
  rng.state.value = rng.state.value.mul(0).add(rng.state.value)
  const other = new Rng(0)
  other.state.value = rng.state.value
  expect(numbers(other.uniform([7]))).toEqual(numbers(rng.uniform([7])))
})

it('normal is finite at the ends of uniform', () => {
  class Ends extends Rng {
    override uniform(): Tensor {
      return ones([2])
        .mul(0)
        .add(
          ones([2])
            .mul(1 - 2 ** -24)
            .mul(ones([2]).cumsum().sub(1)),
        )
    }
  }
  expect(numbers(new Ends(0).normal([2])).every(Number.isFinite)).toBe(true)
})
