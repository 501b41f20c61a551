import { HostRng, RangeError } from '@portolan/core'
import { beside, drawGrid, note, readMap, type GridMap } from './grid.ts'
import { tabular, type TabularEnv } from './tabular.ts'
import { timeLimit } from './time-limit.ts'

const maps = {
  '4x4': ['SFFF', 'FHFH', 'FFFH', 'HFFG'],
  '8x8': ['SFFFFFFF', 'FFFFFFFF', 'FFFHFFFF', 'FFFFFHFF', 'FFFHFFFF', 'FHHFFFHF', 'FHFFHFHF', 'FFFHFFFG'],
} as const

/** Options of `frozenLake`. */
export interface FrozenLakeOptions {
  /** One of Gymnasium's, or rows of letters: `S` start, `F` ice, `H` hole, `G` goal. Default '4x4'. */
  readonly map?: keyof typeof maps | GridMap
  /** Whether a move goes where one wanted to, or to one of its sides, each in a third of all cases; default true. */
  readonly slippery?: boolean
  /** After so many steps an episode is cut; default: 100 of up to 16 cells, else 200. */
  readonly maxSteps?: number
}

const moves = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const
const colors: Readonly<Record<string, string>> = { S: '#cfe8f7', F: '#eaf5fb', H: '#2b5d83', G: '#009e73' }

/**
 * Over a frozen lake to the goal, past holes: reward 1 at the goal, else 0. Actions: 0 left, 1 down, 2 right, 3 up.
 * Gymnasium: FrozenLake-v1 and FrozenLake8x8-v1.
 * @throws RangeError for a map without a start.
 * @example
 * const env = frozenLake({ map: '8x8' })
 * const other = frozenLake({ map: frozenLakeMap(6, { seed: 3 }), slippery: false })
 */
export function frozenLake({ map = '4x4', slippery = true, maxSteps }: FrozenLakeOptions = {}): TabularEnv {
  const { rows, columns, cells } = readMap('frozenLake', typeof map === 'string' ? maps[map] : map, 'SFHG')
  const starts = cells.flatMap((c, i) => (c === 'S' ? [i] : []))
  if (!starts.length) throw new RangeError('frozenLake: the map must have a start, got none. Put an S somewhere.')
  const transitions = cells.map((cell, from) =>
    moves.map((_, action) => {
      if ('HG'.includes(cell)) return [{ probability: 1, next: from, reward: 0, terminated: true }]
      const ways = slippery ? [(action + 3) % 4, action, (action + 1) % 4] : [action]
      return ways.map(way => {
        const next = beside(from, rows, columns, moves[way]!)
        return { probability: 1 / ways.length, next, reward: cells[next] === 'G' ? 1 : 0, terminated: 'HG'.includes(cells[next]!) }
      })
    }),
  )
  const notes = cells.flatMap((c, i) => ('SG'.includes(c) ? [note(i, columns, c)] : []))
  const draw = (at: number) => drawGrid(rows, columns, cell => colors[cells[cell]!]!, at, notes)
  const env = tabular({ name: 'frozenLake', transitions, starts, draw })
  return { ...env, ...timeLimit(env, maxSteps ?? (cells.length > 16 ? 200 : 100)) }
}

/**
 * A random square map, with a way from the start in one corner to the goal in the other: drawn again until there is one.
 *
 * `size`: cells of a side, at least 2; `ice`: the share of cells that are no holes, above 0 and at most 1, default 0.8.
 * @throws RangeError for a size or a share outside of that.
 * @example
 * frozenLakeMap(8, { seed: 1 })
 */
export function frozenLakeMap(size: number, { ice = 0.8, seed = 0 }: { ice?: number; seed?: number } = {}): string[] {
  if (!Number.isInteger(size) || size < 2) throw new RangeError(`frozenLakeMap: size must be an integer of at least 2, got ${size}.`)
  if (!(ice > 0 && ice <= 1)) throw new RangeError(`frozenLakeMap: ice must be above 0 and at most 1, got ${ice}.`)
  const rng = new HostRng(seed)
  for (;;) {
    const cells = Array.from({ length: size * size }, (_, i) =>
      i === 0 ? 'S' : i === size * size - 1 ? 'G' : rng.uniform() < ice ? 'F' : 'H',
    )
    const reached = new Set([0])
    for (const at of reached)
      for (const move of moves) {
        const next = beside(at, size, size, move)
        if (cells[next] !== 'H') reached.add(next)
      }
    if (reached.has(size * size - 1)) return Array.from({ length: size }, (_, r) => cells.slice(r * size, (r + 1) * size).join(''))
  }
}
