import { PortolanError, type HostRng } from '@portolan/core'
import { clear, disc, stroke, type Mark, type Scene } from '../draw/scene.ts'
import type { Env } from './env.ts'
import { environment } from './environment.ts'
import type { Game } from './game.ts'
import { box, discrete, type Box, type Discrete } from './space.ts'

/** Nine cells, row by row: 1 of whoever moved first, −1 of the other, 0 empty. Who is to move follows from their number. */
export type TicTacToePosition = readonly number[]

const lines = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]] // prettier-ignore
const mover = (position: TicTacToePosition): number => (position.reduce((n, c) => n + Math.abs(c), 0) % 2 === 0 ? 1 : -1)
const won = (position: TicTacToePosition): boolean =>
  lines.some(([a, b, c]) => position[a!] !== 0 && position[a!] === position[b!] && position[b!] === position[c!])

/**
 * Three in a row. `encode`: [2, 3, 3], ones where whoever is to move has marks, then where the other one has.
 * @example
 * const position = ticTacToe.play(ticTacToe.start(), 4) // in the middle
 * ticTacToe.legal(position) // [0, 1, 2, 3, 5, 6, 7, 8]
 */
export const ticTacToe: Game<TicTacToePosition> = {
  name: 'ticTacToe',
  actions: 9,
  shape: [2, 3, 3],
  start: () => Array<number>(9).fill(0),
  legal: position => (won(position) ? [] : position.flatMap((c, i) => (c === 0 ? [i] : []))),
  play(position, action) {
    if (position[action] !== 0 || won(position))
      throw new PortolanError(`ticTacToe: a move must go to an empty cell of a game that is not over, got ${action} in [${position}].`)
    return position.with(action, mover(position))
  },
  // whoever is to move has not made the last line
  outcome: position => (won(position) ? -1 : position.includes(0) ? undefined : 0),
  encode(position) {
    const mine = mover(position)
    return Float32Array.from({ length: 18 }, (_, i) => (position[i % 9] === (i < 9 ? mine : -mine) ? 1 : 0))
  },
  draw,
}

/** Options of `ticTacToeEnv`. */
export interface TicTacToeOptions {
  /** Answers each move; the first move of a game is then anyone's by chance. Without one, the steps are those of both in turn. */
  readonly opponent?: (position: TicTacToePosition, rng: HostRng) => number
}

interface Table {
  readonly position: TicTacToePosition
  /** Of the one who acts: 1 or −1; undefined when both do. */
  readonly side?: number
}

/**
 * Tic-tac-toe as an environment. Observation [2, 3, 3] as `ticTacToe.encode`; `info.legal` lists the moves that are allowed.
 * Reward: 1 for a game won by whoever acted, −1 for one lost; a move into a taken cell loses the game.
 * @example
 * const env = ticTacToeEnv({ opponent: (position, rng) => ticTacToe.legal(position)[rng.integer(ticTacToe.legal(position).length)]! })
 */
export function ticTacToeEnv({ opponent }: TicTacToeOptions = {}): Env<Box, Discrete> {
  const answer = (position: TicTacToePosition, rng: HostRng): TicTacToePosition => ticTacToe.play(position, opponent!(position, rng))
  return environment<Box, Discrete, Table>({
    name: 'ticTacToeEnv',
    observationSpace: box(0, 1, ticTacToe.shape),
    actionSpace: discrete(9),
    start(rng) {
      if (!opponent) return { position: ticTacToe.start() }
      const side = rng.integer(2) === 0 ? 1 : -1
      return { position: side === 1 ? ticTacToe.start() : answer(ticTacToe.start(), rng), side }
    },
    step(table, action, rng) {
      if (table.position[action] !== 0) return { state: table, reward: -1, terminated: true }
      const position = ticTacToe.play(table.position, action)
      const mine = ticTacToe.outcome(position)
      if (mine !== undefined || !opponent) return { state: { ...table, position }, reward: mine ? 1 : 0, terminated: mine !== undefined }
      const answered = answer(position, rng)
      const theirs = ticTacToe.outcome(answered)
      return { state: { ...table, position: answered }, reward: theirs ? -1 : 0, terminated: theirs !== undefined }
    },
    observe: ({ position }) => ticTacToe.encode(position),
    info: ({ position }) => ({ legal: ticTacToe.legal(position) }),
    draw: ({ position }) => draw(position),
  })
}

/** 300 × 300. */
function draw(position: TicTacToePosition): Scene {
  const grid = [100, 200].flatMap(at => [stroke([[at, 10], [at, 290]], '#555555', 3), stroke([[10, at], [290, at]], '#555555', 3)]) // prettier-ignore
  const marks = position.flatMap((c, i): Mark[] => {
    const [x, y] = [(i % 3) * 100 + 50, Math.floor(i / 3) * 100 + 50]
    if (c === 0) return []
    return c === -1
      ? [disc(x, y, 32, '#d55e00'), disc(x, y, 24, '#ffffff')]
      : [stroke([[x - 30, y - 30], [x + 30, y + 30]], '#0072b2', 8), stroke([[x - 30, y + 30], [x + 30, y - 30]], '#0072b2', 8)] // prettier-ignore
  })
  return { ...clear(300, 300), marks: [...grid, ...marks] }
}
