import { RangeError } from '@portolan/core'
import { beside, drawGrid, note, readMap, type GridMap } from './grid.ts'
import { tabular, type TabularEnv, type Transition } from './tabular.ts'

/** Options of `gridWorld`. */
export interface GridWorldOptions {
  /** Letters: `S` start, `.` free, `#` wall, `G` a goal (+1, ends), `P` a pit (−1, ends). Default: Russell and Norvig's 4 × 3 world. */
  readonly map?: GridMap
  /** Probability of going to the left of where one wanted to, and again to the right, 0 … 0.5; default 0.1. */
  readonly slip?: number
  /** Reward for being in a cell that ends nothing; default −0.04. */
  readonly stepReward?: number
}

const up = [-1, 0] as const
const right = [0, 1] as const
const down = [1, 0] as const
const left = [0, -1] as const
/** Clockwise. */
const moves = [up, right, down, left]
const colors: Readonly<Record<string, string>> = { S: '#ffffff', '.': '#ffffff', '#': '#4d4d4d', G: '#009e73', P: '#cc3311' }

/**
 * Cells with walls, goals and pits, where a move may go astray. Actions: 0 up, 1 right, 2 down, 3 left. A move into a wall stays.
 *
 * Reward of a move: `stepReward` for the cell it leaves, and ±1 for the end it comes to.
 * @throws RangeError for a map without a start, and for a slip outside of 0 … 0.5.
 * @see Russell and Norvig, "Artificial Intelligence: A Modern Approach", chapter "Making Complex Decisions".
 * @example
 * const env = gridWorld()
 * const { values } = valueIteration(env, { discount: 1 }) // 0.705 at the start
 */
export function gridWorld({ map = ['...G', '.#.P', 'S...'], slip = 0.1, stepReward = -0.04 }: GridWorldOptions = {}): TabularEnv {
  const { rows, columns, cells } = readMap('gridWorld', map, 'S.#GP')
  if (!(slip >= 0 && slip <= 0.5)) throw new RangeError(`gridWorld: slip must be between 0 and 0.5, got ${slip}.`)
  const starts = cells.flatMap((c, i) => (c === 'S' ? [i] : []))
  if (!starts.length) throw new RangeError('gridWorld: the map must have a start, got none. Put an S somewhere.')
  const ends = (cell: number): boolean => 'GP'.includes(cells[cell]!)
  const move = (from: number, way: number, probability: number): Transition => {
    const wanted = beside(from, rows, columns, moves[way % 4]!)
    const next = cells[wanted] === '#' ? from : wanted
    return { probability, next, reward: stepReward + (ends(next) ? (cells[next] === 'G' ? 1 : -1) : 0), terminated: ends(next) }
  }
  const transitions = cells.map((_, from) =>
    moves.map((_, way) =>
      ends(from) || cells[from] === '#'
        ? [{ probability: 1, next: from, reward: 0, terminated: true }]
        : [move(from, way, 1 - 2 * slip), move(from, way + 1, slip), move(from, way + 3, slip)],
    ),
  )
  const notes = cells.flatMap((c, i) => ('GP'.includes(c) ? [note(i, columns, c === 'G' ? '+1' : '−1', '#ffffff')] : []))
  return tabular({
    name: 'gridWorld',
    transitions,
    starts,
    draw: at => drawGrid(rows, columns, cell => colors[cells[cell]!]!, at, notes),
  })
}
