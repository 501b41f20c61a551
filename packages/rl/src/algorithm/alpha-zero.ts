import {
  adamW,
  compile,
  HostRng,
  Linear,
  Module,
  mse,
  seed as startFrom,
  tensor,
  type Compiled,
  type HostRngState,
  type Layer,
  type Optimizer,
  type Tensor,
} from '@portolan/core'
import { ReplayBuffer } from '../buffer/replay-buffer.ts'
import type { Game } from '../env/game.ts'
import type { LearnerOptions } from './learner.ts'
import { perceptron } from './perceptron.ts'
import { decodeRun, encodeRun } from './saved-run.ts'
import { TreeSearch } from './tree-search.ts'

/** What a network thinks of positions. x: [n, …shape] → scores of the moves [n, actions], worth to whoever is to move [n], −1 … 1 */
export type Judge = Module & {
  /** x: [n, …shape] → logits [n, actions], value [n] */
  forward(x: Tensor): { logits: Tensor; value: Tensor }
}

/** Options of `AlphaZero`. */
export interface AlphaZeroOptions<P> extends Omit<LearnerOptions, 'discount'> {
  readonly game: Game<P>
  /** Default: linear layers of 128 and 128 with ReLU, and a head for each. */
  readonly network?: () => Judge
  /** Trials for each move; default 25. */
  readonly simulations?: number
  /** Games that it plays against itself at once; default 32. */
  readonly games?: number
  /** c of the tree search; default 1.5. */
  readonly exploration?: number
  /** Moves of a game that are drawn by their trials; then the one most tried is taken. Default 4. */
  readonly opening?: number
  /** Noise in the first moves of each search: of Dirichlet's alpha, default 0.6, and by this share, default 0.25. */
  readonly noise?: { readonly alpha: number; readonly share: number }
  /** Default 2·10⁻³. */
  readonly learningRate?: number
  /** λ of AdamW; default 10⁻⁴. */
  readonly weightDecay?: number
  /** Positions that are kept; default 10,000. */
  readonly capacity?: number
  /** Updates after each round of games; default 32. */
  readonly updates?: number
  /** Positions of an update; default 128. */
  readonly batchSize?: number
}

/** Positions, how often each move was tried there, and how the game ended for whoever was to move. */
type Positions = Readonly<Record<'observation' | 'policy' | 'outcome', Tensor>>

class TwoHeads extends Module {
  readonly trunk: Layer
  readonly policy: Linear
  readonly value: Linear
  constructor(inputs: number, actions: number) {
    super()
    this.trunk = perceptron([inputs, 128, 128])
    this.policy = new Linear(128, actions)
    this.value = new Linear(128, 1)
  }
  forward(x: Tensor): { logits: Tensor; value: Tensor } {
    const h = this.trunk.forward(x.flatten(1)).relu()
    return { logits: this.policy.forward(h), value: this.value.forward(h).squeeze(1).tanh() }
  }
}

/**
 * Learns a game by playing against itself: a tree search guided by a network makes the moves, and the network learns what the search found
 * and how the games ended.
 *
 * loss = −mean Σₐ π(a)·log p(a|s) + mean (v − z)². Positions of all games that wait are judged in one run.
 * @see Silver et al., "A general reinforcement learning algorithm that masters chess, shogi, and Go through self-play", 2018.
 * @example
 * const player = new AlphaZero({ game: ticTacToe, engine: onnx({ threads: 1 }), seed: 1 })
 * await player.learn(30)
 * await player.move(ticTacToe.start(), { simulations: 50 })
 */
export class AlphaZero<P> {
  readonly game: Game<P>
  readonly network: Judge
  readonly optimizer: Optimizer
  readonly buffer: ReplayBuffer<keyof Positions>
  /** Rounds of games so far. */
  rounds = 0
  readonly #options: Required<Omit<AlphaZeroOptions<P>, 'engine' | 'network' | 'game'>>
  readonly #judge: Compiled<[Tensor], { logits: Tensor; value: Tensor }>
  readonly #update: Compiled<[Positions], Tensor>
  #rng: HostRng

  constructor({ game, network, engine, ...options }: AlphaZeroOptions<P>) {
    const filled = {
      seed: 0,
      simulations: 25,
      games: 32,
      exploration: 1.5,
      opening: 4,
      noise: { alpha: 0.6, share: 0.25 },
      learningRate: 2e-3,
      weightDecay: 1e-4,
      capacity: 10_000,
      updates: 32,
      batchSize: 128,
      ...options,
    }
    this.game = game
    this.#options = filled
    this.#rng = new HostRng(filled.seed, 2)
    startFrom(filled.seed)
    this.network = network?.() ?? new TwoHeads(game.shape.reduce((a, b) => a * b, 1), game.actions) // prettier-ignore
    this.optimizer = adamW(filled.learningRate, { weightDecay: filled.weightDecay }).init(this.network)
    this.buffer = new ReplayBuffer(filled.capacity, { observation: game.shape, policy: [game.actions], outcome: [] })
    this.#judge = compile((x: Tensor) => this.network.forward(x), { engine })
    this.#update = compile((positions: Positions) => this.step(positions), { engine })
  }

  /** The update as an ordinary function, to compile or to look at: learns from positions, and gives the loss. */
  step({ observation, policy, outcome }: Positions): Tensor {
    return this.optimizer.minimize(this.network, () => {
      const { logits, value } = this.network.forward(observation)
      return mse(value, outcome).sub(policy.mul(logits.logSoftmax()).sum(1).mean())
    })
  }

  /** So many trials in each tree; what they come to is judged together. */
  async #grow(trees: readonly TreeSearch<P>[], simulations: number, prepare: (tree: TreeSearch<P>) => void = () => {}): Promise<void> {
    const { shape, actions } = this.game
    const width = shape.reduce((a, b) => a * b, 1)
    // the first one opens the root and tries nothing
    for (let i = 0; i <= simulations; i++) {
      const leaves = trees.map(tree => tree.descend())
      if (leaves.some(leaf => leaf !== undefined)) {
        // always as many rows as trees: one program
        const rows = new Float32Array(trees.length * width)
        for (const [k, leaf] of leaves.entries()) if (leaf !== undefined) rows.set(this.game.encode(leaf), k * width)
        const judged = await this.#judge(tensor(rows, [trees.length, ...shape]))
        const [logits, value] = [await judged.logits.data(), await judged.value.data()]
        for (const [k, leaf] of leaves.entries())
          if (leaf !== undefined) trees[k]!.open(logits.subarray(k * actions, (k + 1) * actions), value[k]!)
      }
      if (i === 0) trees.forEach(prepare)
    }
  }

  /** How often a search tries each move. [actions] */
  async search(position: P, { simulations = this.#options.simulations }: { simulations?: number } = {}): Promise<Float32Array> {
    const tree = new TreeSearch(this.game, position, this.#options)
    await this.#grow([tree], simulations)
    return tree.visits()
  }

  /** The move that a search tries most, the first of equals. */
  async move(position: P, options?: { simulations?: number }): Promise<number> {
    const visits = await this.search(position, options)
    return visits.indexOf(Math.max(...visits))
  }

  /** Plays rounds of games against itself and learns after each; called again, it goes on. Gives the mean loss of each round. */
  async learn(rounds: number, { onRound }: { onRound?: (round: number, loss: number) => void } = {}): Promise<number[]> {
    const { updates, batchSize } = this.#options
    const losses: number[] = []
    for (let i = 0; i < rounds; i++) {
      await this.#play()
      let sum = 0
      for (let k = 0; k < updates; k++) sum += await (await this.#update(this.buffer.sample(batchSize, this.#rng))).item()
      losses.push(sum / updates)
      onRound?.(++this.rounds, sum / updates)
    }
    return losses
  }

  /** A round of games; their positions go into the buffer. */
  async #play(): Promise<void> {
    const { games, simulations, opening, noise } = this.#options
    const { game } = this
    const positions = Array.from({ length: games }, () => game.start())
    const seen: { observation: Float32Array; policy: Float32Array }[][] = positions.map(() => [])
    for (let move = 0; ; move++) {
      const trees = positions.map(position => new TreeSearch(game, position, this.#options))
      if (trees.every(tree => tree.root.outcome !== undefined)) break
      await this.#grow(trees, simulations, tree => tree.disturb(this.#rng, noise.alpha, noise.share))
      for (const [k, tree] of trees.entries()) {
        if (tree.root.outcome !== undefined) continue
        const visits = tree.visits()
        const policy = visits.map(v => v / simulations)
        seen[k]!.push({ observation: game.encode(positions[k]!), policy })
        positions[k] = game.play(positions[k]!, move < opening ? drawn(policy, this.#rng) : visits.indexOf(Math.max(...visits)))
      }
    }
    for (const [k, rows] of seen.entries()) {
      // whoever is to move at the end was to move every second position before
      let outcome = game.outcome(positions[k]!)!
      for (const row of rows.toReversed()) this.buffer.add({ ...row, outcome: (outcome = 0 - outcome) })
    }
  }

  get #modules(): object {
    return { network: this.network, optimizer: this.optimizer }
  }

  /** The whole run as bytes, buffer included: a new one of the same options that loads them goes on exactly. */
  save(): Promise<Uint8Array<ArrayBuffer>> {
    const rest = { rounds: this.rounds, rng: this.#rng.state() }
    return encodeRun({ kind: 'AlphaZero', modules: this.#modules, arrays: { buffer: this.buffer.state() }, rest })
  }

  /** @throws FormatError, PortolanError if the bytes are not those of such a run. */
  load(bytes: Uint8Array): void {
    const { arrays, rest } = decodeRun(bytes, 'AlphaZero', this.#modules)
    const { rounds, rng } = rest as unknown as { rounds: number; rng: HostRngState }
    this.buffer.restore(arrays['buffer']!)
    this.rounds = rounds
    this.#rng = new HostRng(rng.seed, rng.stream, rng.draw)
  }

  /** Frees what was compiled. */
  async dispose(): Promise<void> {
    await Promise.all([this.#judge.dispose(), this.#update.dispose()])
  }
}

/** One of several by their probabilities. */
function drawn(p: Float32Array, rng: HostRng): number {
  let u = rng.uniform() * p.reduce((a, b) => a + b, 0)
  const at = p.findIndex(v => (u -= v) < 0)
  return at < 0 ? p.findLastIndex(v => v > 0) : at
}
