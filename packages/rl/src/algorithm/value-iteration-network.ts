import {
  concat,
  Conv2d,
  fanInUniform,
  type HostRng,
  Module,
  RangeError,
  tensor,
  type Initializer,
  type Optimizer,
  type Tensor,
} from '@portolan/core'
import { distances, obstacleMap, pathMoves, type ObstacleMap, type ObstacleMapOptions } from '../env/path-planning.ts'
import { beside } from '../env/grid.ts'

/** Options of `ValueIterationNetwork`. */
export interface ValueIterationNetworkOptions {
  /** Sweeps, about as many as the longest way has steps; default 32. */
  readonly sweeps?: number
  /** Channels in which it reads the map; default 64. */
  readonly hidden?: number
  /** How many kinds of moves it imagines; default 12. */
  readonly moves?: number
}

/**
 * Plans ways on maps by value iteration that it has learned: V ← maxₐ conv([R, V])ₐ, as often as there are sweeps, R being read from the map.
 *
 * The first four moves begin as steps up, right, down and left, of discount 0.95, and the rest as noise: only the rewards are unknown at first.
 *
 * x: obstacles and goal [n, 2, h, w] → scores of up, right, down, left in every cell [n, 4, h, w]. Maps may have any size.
 * @see Tamar et al., "Value Iteration Networks", 2016.
 * @example
 * const model = new ValueIterationNetwork()
 * const paths = await planPaths(async x => model.forward(x).data(), maps)
 */
export class ValueIterationNetwork extends Module {
  readonly read: Conv2d
  readonly reward: Conv2d
  readonly back: Conv2d
  readonly choose: Conv2d
  readonly #sweeps: number
  constructor({ sweeps = 32, hidden = 64, moves = 12 }: ValueIterationNetworkOptions = {}) {
    super()
    if (!Number.isInteger(sweeps) || sweeps < 1)
      throw new RangeError(`ValueIterationNetwork: sweeps must be an integer of at least 1, got ${sweeps}.`)
    if (!Number.isInteger(moves) || moves < 4)
      throw new RangeError(`ValueIterationNetwork: moves must be an integer of at least 4, got ${moves}.`)
    this.#sweeps = sweeps
    this.read = new Conv2d(2, hidden, 3, { padding: 1 })
    this.reward = new Conv2d(hidden, 4, 1)
    this.back = new Conv2d(5, moves, 3, { padding: 1, bias: false, init: neighbours })
    this.choose = new Conv2d(moves, 4, 1, { init: firstFour })
  }
  /** x: obstacles and goal [n, 2, h, w] → scores of up, right, down, left in every cell [n, 4, h, w] */
  forward(x: Tensor): Tensor {
    const reward = this.reward.forward(this.read.forward(x).relu()) // [n, 4, h, w]
    let value = reward.slice(1, 0, 1).mul(0)
    let q = this.back.forward(concat([reward, value], 1)) // [n, moves, h, w]
    for (let i = 0; i < this.#sweeps; i++) {
      value = q.max(1, true)
      q = this.back.forward(concat([reward, value], 1))
    }
    return this.choose.forward(q)
  }
}

/** Row 5·m + 4 of the kernels [moves, 5, 3, 3] is how move m sees the values: those of the cell that it leads to. */
const neighbours: Initializer = (shape, rng) => {
  const noise = fanInUniform(shape, rng)
  const places = pathMoves.map(([down, right]) => 3 * (down + 1) + right + 1)
  let i = 0
  return () => {
    const [kernel, place] = [Math.floor(i / 9), i++ % 9]
    const drawn = 0.3 * noise()
    return kernel % 5 === 4 && kernel < 20 ? (place === places[(kernel - 4) / 5] ? 0.95 : 0) : drawn
  }
}
/** Scores [4, moves, 1, 1] are at first what the first four moves are worth. */
const firstFour: Initializer = (shape, rng) => {
  const noise = fanInUniform(shape, rng)
  let i = 0
  return () => {
    const [score, move] = [Math.floor(i / shape[1]!), i++ % shape[1]!]
    const drawn = 0.3 * noise()
    return move < 4 ? (move === score ? 3 : 0) : drawn
  }
}

/** Maps to learn from. */
export type PlannerBatch = Readonly<Record<'map' | 'target' | 'weight', Tensor>>

/** Obstacles and goals. [n, 2, h, w] */
function mapsTensor(maps: readonly ObstacleMap[]): Tensor {
  const { rows, columns } = maps[0]!
  const cells = rows * columns
  const data = new Float32Array(maps.length * 2 * cells)
  for (const [i, map] of maps.entries()) {
    data.set(map.blocked, 2 * i * cells)
    data[(2 * i + 1) * cells + map.goal] = 1
  }
  return tensor(data, [maps.length, 2, rows, columns])
}

/**
 * Random maps with the best moves of every cell from which there is a way: `map` [n, 2, h, w]; `target` [n, 4, h, w], equal shares of the
 * moves that come nearer; `weight` [n, h, w], 1 where there are any.
 * @example
 * const { map, target, weight } = plannerBatch(new HostRng(1), 32, { size: 8 })
 */
export function plannerBatch(rng: HostRng, n: number, options: ObstacleMapOptions = {}): PlannerBatch {
  const maps = Array.from({ length: n }, () => obstacleMap(rng, options))
  const { rows, columns } = maps[0]!
  const cells = rows * columns
  const [target, weight] = [new Float32Array(n * 4 * cells), new Float32Array(n * cells)]
  for (const [i, map] of maps.entries()) {
    const far = distances(map, map.goal)
    for (let c = 0; c < cells; c++) {
      if (far[c] === Infinity || far[c] === 0) continue
      const best = pathMoves.map(move => far[beside(c, rows, columns, move)]! < far[c]!)
      const count = best.filter(Boolean).length
      weight[i * cells + c] = 1
      best.forEach((b, a) => (target[(4 * i + a) * cells + c] = b ? 1 / count : 0))
    }
  }
  return { map: mapsTensor(maps), target: tensor(target, [n, 4, rows, columns]), weight: tensor(weight, [n, rows, columns]) }
}

/**
 * Learns from maps with their best moves, and gives the loss: the mean over cells of −Σ target · log softmax(scores). An ordinary function, to compile.
 * @example
 * const step = compile((batch: PlannerBatch) => plannerStep(model, optimizer, batch), { engine: onnx() })
 */
export const plannerStep = (model: ValueIterationNetwork, optimizer: Optimizer, { map, target, weight }: PlannerBatch): Tensor =>
  optimizer.minimize(model, () => target.mul(model.forward(map).logSoftmax(1)).sum(1).mul(weight).sum().div(weight.sum()).neg())

/**
 * The cells on the way that a planner takes on each map, start and goal included; null where it does not arrive in as many steps as there
 * are cells. Maps must be of one size. `scores`: what it thinks of moves, [n, 2, h, w] → [n, 4, h, w] as numbers.
 * @example
 * const found = (await planPaths(async x => model.forward(x).data(), maps)).filter(path => path !== null).length
 */
export async function planPaths(
  scores: (map: Tensor) => Promise<ArrayLike<number>>,
  maps: readonly ObstacleMap[],
): Promise<(number[] | null)[]> {
  if (!maps.length) return []
  const all = await scores(mapsTensor(maps))
  return maps.map(({ rows, columns, blocked, start, goal }, i) => {
    const cells = rows * columns
    const path = [start]
    for (let at = start; at !== goal; path.push(at)) {
      if (path.length > cells) return null
      const of = (a: number): number => all[(4 * i + a) * cells + at]!
      const best = [1, 2, 3].reduce((b, a) => (of(a) > of(b) ? a : b), 0)
      const next = beside(at, rows, columns, pathMoves[best]!)
      if (blocked[next] || next === at) return null // it would stay for ever
      at = next
    }
    return path
  })
}
