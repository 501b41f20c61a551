import type { HostRng } from '@portolan/core'
import type { Game } from '../env/game.ts'

/** A position in the tree. */
interface Node<P> {
  readonly position: P
  /** What it is worth to whoever is to move, if the game is over. */
  readonly outcome: number | undefined
  readonly actions: readonly number[]
  /** Of each action: how likely it is thought to be good, how often it was tried, what that came to, where it leads. */
  priors: number[] | undefined
  readonly visits: number[]
  readonly sums: number[]
  readonly children: (Node<P> | undefined)[]
}

/**
 * A tree of what may come, grown where moves are thought good: each trial goes down by the largest Q + c·P·√N/(1 + n), a judge says what the
 * new position is worth, and that is counted for every move on the way.
 * @see Silver et al., "A general reinforcement learning algorithm that masters chess, shogi, and Go through self-play", 2018.
 * @example
 * const tree = new TreeSearch(ticTacToe, ticTacToe.start())
 * for (let i = 0; i < 50; i++) {
 *   const leaf = tree.descend()
 *   if (leaf) tree.open(new Float32Array(9), 0) // a judge that knows nothing
 * }
 * tree.visits() // [9]
 */
export class TreeSearch<P> {
  readonly game: Game<P>
  readonly root: Node<P>
  readonly #exploration: number
  /** The way to the leaf that waits for its judgement. */
  #way: { readonly node: Node<P>; readonly at: number }[] = []
  #leaf: Node<P> | undefined

  /** `exploration`: c, how much is tried that looks worse; default 1.5. */
  constructor(game: Game<P>, position: P, { exploration = 1.5 }: { exploration?: number } = {}) {
    this.game = game
    this.#exploration = exploration
    this.root = this.#node(position)
  }

  #node(position: P): Node<P> {
    const outcome = this.game.outcome(position)
    const actions = outcome === undefined ? this.game.legal(position) : []
    const zeros = (): number[] => actions.map(() => 0)
    return { position, outcome, actions, priors: undefined, visits: zeros(), sums: zeros(), children: actions.map(() => undefined) }
  }

  /** Goes down to a new position and gives it, to be judged by `open`; undefined where the game is over, which counts as it is. */
  descend(): P | undefined {
    this.#way = []
    let node = this.root
    while (node.priors && node.outcome === undefined) {
      const at = this.#best(node)
      this.#way.push({ node, at })
      node = node.children[at] ??= this.#node(this.game.play(node.position, node.actions[at]!))
    }
    if (node.outcome !== undefined) {
      this.#count(node.outcome)
      return undefined
    }
    this.#leaf = node
    return node.position
  }

  #best({ priors, visits, sums }: Node<P>): number {
    const reach = this.#exploration * Math.sqrt(Math.max(1, visits.reduce((a, b) => a + b, 0))) // prettier-ignore
    let [best, most] = [0, -Infinity]
    for (let i = 0; i < visits.length; i++) {
      const n = visits[i]!
      const score = (n ? sums[i]! / n : 0) + (reach * priors![i]!) / (1 + n)
      if (score > most) [best, most] = [i, score]
    }
    return best
  }

  /** Judges the position that `descend` gave: scores of all moves, and what it is worth to whoever is to move, −1 … 1. */
  open(logits: ArrayLike<number>, value: number): void {
    const node = this.#leaf!
    const scores = node.actions.map(a => logits[a]!)
    const most = Math.max(...scores)
    const e = scores.map(s => Math.exp(s - most))
    const sum = e.reduce((a, b) => a + b, 0)
    node.priors = e.map(v => v / sum)
    this.#count(value)
  }

  /** `value` is that of whoever is to move at the end of the way. */
  #count(value: number): void {
    for (const { node, at } of this.#way.toReversed()) {
      value = 0 - value
      node.visits[at]!++
      node.sums[at]! += value
    }
  }

  /** Makes the first moves less certain: P ← (1 − share)·P + share·Dirichlet(alpha). The root must have been opened. */
  disturb(rng: HostRng, alpha: number, share: number): void {
    const { priors } = this.root
    if (!priors) return
    const drawn = priors.map(() => gamma(alpha, rng))
    const sum = drawn.reduce((a, b) => a + b, 0) || 1
    this.root.priors = priors.map((p, i) => (1 - share) * p + (share * drawn[i]!) / sum)
  }

  /** How often each move was tried, by its number. [actions] */
  visits(): Float32Array {
    const counts = new Float32Array(this.game.actions)
    for (const [i, a] of this.root.actions.entries()) counts[a] = this.root.visits[i]!
    return counts
  }
}

/** A number of the gamma distribution of this shape. Marsaglia and Tsang, "A simple method for generating gamma variables", 2000. */
function gamma(shape: number, rng: HostRng): number {
  if (shape < 1) return gamma(shape + 1, rng) * (1 - rng.uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  for (;;) {
    const z = rng.normal()
    const v = (1 + z / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v
  }
}
