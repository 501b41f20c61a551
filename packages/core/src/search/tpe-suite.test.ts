import { describe, expect, it } from 'vitest'
import { HostRng, Linear, Sequential, Tanh, adam, binaryCrossEntropyWithLogits, seed as start, tensor } from '../index.ts'
import { choice, integer, random, real, search, tpe, type Point, type Space, type Strategy } from '../search.ts'

/** The mean over ten seeds of the best value that a strategy finds. */
async function meanBest<S extends Space>(space: S, objective: (point: Point<S>) => number, strategy: Strategy): Promise<number> {
  let sum = 0
  for (let seed = 0; seed < 10; seed++) sum += (await search({ space, objective, strategy, seed, progress: false })).best.value!
  return sum / 10
}

const plane = { x: real(-5, 10), y: real(0, 15) }
const square = { x: real(-2, 2), y: real(-2, 2) }
const six = Object.fromEntries(Array.from('abcdef', name => [name, real(-5, 5)])) as Record<string, ReturnType<typeof real>>
const suite = {
  // three valleys of the same depth, 0.398
  Branin: meanOf(plane, ({ x, y }) => (y - (5.1 * x * x) / (4 * Math.PI ** 2) + (5 * x) / Math.PI - 6) ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10), // prettier-ignore
  // one valley, narrow and bent
  Rosenbrock: meanOf(square, ({ x, y }) => (1 - x) ** 2 + 100 * (y - x * x) ** 2),
  // two valleys and a ridge
  'six-hump camel': meanOf(square, ({ x, y }) => (4 - 2.1 * x * x + x ** 4 / 3) * x * x + x * y + (-4 + 4 * y * y) * y * y + 1.0316),
  // six numbers
  sphere: meanOf(six, point => Object.values(point).reduce((sum, v) => sum + v * v, 0)),
  // kinds, whole numbers, and a rate that is only seen by its logarithm
  mixed: meanOf(
    { rate: real(1e-5, 1, { log: true }), layers: integer(1, 6), kind: choice('relu', 'gelu', 'tanh', 'elu') },
    ({ rate, layers, kind }) => (Math.log10(rate) + 2.5) ** 2 + 0.5 * (layers - 3) ** 2 + (kind === 'gelu' ? 0 : 1),
  ),
}
function meanOf<S extends Space>(space: S, objective: (point: Point<S>) => number): (strategy: Strategy) => Promise<number> {
  return strategy => meanBest(space, objective, strategy)
}

/** The loss on points that were not learned from, of a small network after few steps. */
function train({ rate, units, decay }: { rate: number; units: number; decay: number }): number {
  const rng = new HostRng(5)
  const set = (n: number) => {
    const rows = Array.from({ length: n }, (_, i) => {
      const [angle, radius] = [5 * rng.uniform() + Math.PI * (i % 2), 0.2 + 0.8 * rng.uniform()]
      return [radius * Math.cos(angle) + 0.3 * (i % 2), radius * Math.sin(angle)]
    })
    return [tensor(Float32Array.from(rows.flat()), [n, 2]), tensor(Float32Array.from({ length: n }, (_, i) => i % 2), [n, 1])] as const // prettier-ignore
  }
  const [[x, y], [u, v]] = [set(32), set(32)]
  start(2)
  const model = new Sequential([new Linear(2, units), new Tanh(), new Linear(units, 1)])
  const optimizer = adam(rate, { weightDecay: decay })
  for (let step = 0; step < 8; step++) optimizer.minimize(model, () => binaryCrossEntropyWithLogits(model.forward(x), y))
  return binaryCrossEntropyWithLogits(model.forward(u), v).itemSync()
}

describe('a Parzen estimator finds better points than chance, on average over ten seeds', () => {
  it.each(Object.entries(suite))('of %s', async (_, mean) => {
    expect(await mean(tpe({ trials: 60 }))).toBeLessThan(await mean(random({ trials: 60 })))
  })
  it('of a network to train', async () => {
    const space = { rate: real(1e-5, 10, { log: true }), units: integer(1, 12), decay: real(1e-6, 1, { log: true }) }
    const mean = meanOf(space, train)
    expect(await mean(tpe({ trials: 16, startup: 6 }))).toBeLessThan(await mean(random({ trials: 16 })))
  }, 300_000)
})
