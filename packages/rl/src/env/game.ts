import type { Scene } from '../draw/scene.ts'

/** A game of two who move in turn and see everything: rules as functions of a position P, which is plain data. */
export interface Game<P> {
  readonly name: string
  /** How many different moves there are; they are numbered. */
  readonly actions: number
  /** The shape of what `encode` gives. */
  readonly shape: readonly number[]
  /** The position that a game begins with. */
  start(): P
  /** The moves that are allowed; none when the game is over. */
  legal(position: P): number[]
  /** The position after a move; the one given stays as it is. */
  play(position: P, action: number): P
  /** 1, 0 or −1 for whoever is to move, when the game is over; undefined before. */
  outcome(position: P): number | undefined
  /** What whoever is to move sees, as numbers. */
  encode(position: P): Float32Array
  /** A position as a drawing. */
  draw(position: P): Scene
}

/**
 * What a position is worth to whoever is to move when both play as well as can be, by going through all there is: 1, 0 or −1.
 * Give it a `Map` by a key of the position to ask more than once.
 * @example
 * minimax(ticTacToe, ticTacToe.start()) // 0
 */
export function minimax<P>(game: Game<P>, position: P, known: Map<string, number> = new Map()): number {
  const key = JSON.stringify(position)
  const before = known.get(key)
  if (before !== undefined) return before
  const value = game.outcome(position) ?? Math.max(...game.legal(position).map(a => 0 - minimax(game, game.play(position, a), known)))
  known.set(key, value)
  return value
}
