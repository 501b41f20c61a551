import type { TimeLimited } from './cart-pole.ts'
import { beside, drawGrid, note } from './grid.ts'
import { tabular, type TabularEnv } from './tabular.ts'
import { timeLimit } from './time-limit.ts'

const [rows, columns, start, goal] = [4, 12, 36, 47]
const moves = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const
const isCliff = (cell: number): boolean => cell > start && cell < goal

/**
 * Along a cliff to the goal: reward −1 a step, −100 for a step off the cliff, which leads back to the start. Actions: 0 up, 1 right,
 * 2 down, 3 left; 4 × 12 cells. Gymnasium: CliffWalking, without a limit unless `maxSteps` is given.
 * @see Sutton and Barto, "Reinforcement Learning: An Introduction", example 6.6.
 * @example
 * const { policy } = valueIteration(cliffWalking(), { discount: 1 })
 */
export function cliffWalking({ maxSteps = Infinity }: TimeLimited = {}): TabularEnv {
  const transitions = Array.from({ length: rows * columns }, (_, from) =>
    moves.map(move => {
      if (from === goal) return [{ probability: 1, next: goal, reward: 0, terminated: true }]
      const to = beside(from, rows, columns, move)
      return [{ probability: 1, next: isCliff(to) ? start : to, reward: isCliff(to) ? -100 : -1, terminated: to === goal }]
    }),
  )
  const color = (cell: number): string => (isCliff(cell) ? '#6b4f3a' : cell === goal ? '#009e73' : '#e8efe4')
  const notes = [note(start, columns, 'S'), note(goal, columns, 'G', '#ffffff')]
  const env = tabular({ name: 'cliffWalking', transitions, starts: [start], draw: at => drawGrid(rows, columns, color, at, notes) })
  return { ...env, ...timeLimit(env, maxSteps) }
}
