import { RangeError, type HostRng } from '@portolan/core'
import type { Scene } from '../draw/scene.ts'
import type { Env } from './env.ts'
import { environment } from './environment.ts'
import { beside, drawGrid } from './grid.ts'
import { box, discrete, type Box, type Discrete } from './space.ts'
import { timeLimit } from './time-limit.ts'

/** A map with obstacles, a start and a goal; cells are numbered row by row. */
export interface ObstacleMap {
  readonly rows: number
  readonly columns: number
  /** 1 where there is an obstacle. */
  readonly blocked: readonly number[]
  readonly start: number
  readonly goal: number
}

/** Options of `obstacleMap`. */
export interface ObstacleMapOptions {
  /** Cells of a side, at least 2; default 8. */
  readonly size?: number
  /** The share of cells that are obstacles, 0 … 0.6; default 0.3. */
  readonly density?: number
}

/** Up, right, down, left. */
export const pathMoves = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const

/** Steps from each cell to a goal, round obstacles; Infinity where there is no way. */
export function distances({ rows, columns, blocked }: Omit<ObstacleMap, 'start' | 'goal'>, goal: number): Float64Array {
  const found = new Float64Array(rows * columns).fill(Infinity)
  found[goal] = 0
  for (const queue = [goal]; queue.length;) {
    const at = queue.shift()!
    for (const move of pathMoves) {
      const next = beside(at, rows, columns, move)
      if (blocked[next] || found[next] !== Infinity) continue
      found[next] = found[at]! + 1
      queue.push(next)
    }
  }
  return found
}

/**
 * A random map with a way from start to goal: each cell is an obstacle by chance, start and goal are two cells of one free region.
 * @throws RangeError for an option outside its range.
 * @example
 * const map = obstacleMap(new HostRng(1), { size: 16 })
 */
export function obstacleMap(rng: HostRng, { size = 8, density = 0.3 }: ObstacleMapOptions = {}): ObstacleMap {
  if (!Number.isInteger(size) || size < 2) throw new RangeError(`obstacleMap: size must be an integer of at least 2, got ${size}.`)
  if (!(density >= 0 && density <= 0.6)) throw new RangeError(`obstacleMap: density must be between 0 and 0.6, got ${density}.`)
  for (;;) {
    const blocked = Array.from({ length: size * size }, () => (rng.uniform() < density ? 1 : 0))
    const goal = rng.integer(size * size)
    if (blocked[goal]) continue
    const reached = [...distances({ rows: size, columns: size, blocked }, goal)].flatMap((d, i) => (d > 0 && d < Infinity ? [i] : []))
    if (reached.length) return { rows: size, columns: size, blocked, start: reached[rng.integer(reached.length)]!, goal }
  }
}

/** Options of `pathPlanning`. */
export interface PathPlanningOptions extends ObstacleMapOptions {
  /** Each episode's map; default: a new random one. */
  readonly map?: (rng: HostRng) => ObstacleMap
  /** After so many steps an episode is cut; default: as many as there are cells. */
  readonly maxSteps?: number
}

interface Place {
  readonly map: ObstacleMap
  readonly at: number
}

/**
 * From start to goal round obstacles, on a new map in each episode. Actions: 0 up, 1 right, 2 down, 3 left; what is blocked stays.
 *
 * Observation [3, size, size]: ones at obstacles, at the goal, where one is. Reward −1 a step. `info.distance`: steps left on the shortest way.
 * @throws RangeError for an option outside its range.
 * @example
 * const env = pathPlanning({ size: 8 })
 * const { info } = env.reset({ seed: 1 })
 */
export function pathPlanning({ size = 8, density = 0.3, map, maxSteps = size * size }: PathPlanningOptions = {}): Env<Box, Discrete> {
  return timeLimit(
    environment<Box, Discrete, Place>({
      name: 'pathPlanning',
      observationSpace: box(0, 1, [3, size, size]),
      actionSpace: discrete(4),
      start(rng) {
        const made = map?.(rng) ?? obstacleMap(rng, { size, density })
        if (made.rows !== size || made.columns !== size)
          throw new RangeError(`pathPlanning: every map must be ${size} × ${size}, got ${made.rows} × ${made.columns}. Pass its size.`)
        return { map: made, at: made.start }
      },
      step({ map, at }, action) {
        const next = beside(at, map.rows, map.columns, pathMoves[action]!)
        const to = map.blocked[next] ? at : next
        return { state: { map, at: to }, reward: -1, terminated: to === map.goal }
      },
      observe({ map, at }) {
        const cells = map.blocked.length
        const seen = new Float32Array(3 * cells)
        seen.set(map.blocked)
        seen[cells + map.goal] = 1
        seen[2 * cells + at] = 1
        return seen
      },
      info: ({ map, at }) => ({ distance: distances(map, map.goal)[at]! }),
      draw: ({ map, at }): Scene =>
        drawGrid(map.rows, map.columns, c => (c === map.goal ? '#009e73' : map.blocked[c] ? '#4d4d4d' : '#ffffff'), at),
    }),
    maxSteps,
  )
}
