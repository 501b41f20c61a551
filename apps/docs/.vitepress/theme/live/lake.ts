import { frozenLake, QLearning } from '@portolan/rl'

/** Q-learning on the frozen lake. */
export function lakeLearner(rate: number, slippery: boolean) {
  const learner = new QLearning({
    env: frozenLake({ slippery }),
    learningRate: visits => Math.max(rate, 1 / visits ** 0.6),
    exploration: steps => Math.max(0.05, 1 - steps / (slippery ? 60_000 : 3_000)),
    seed: 1,
  })
  let walks = 0
  const arrived: number[] = []
  return {
    /** So many steps. */
    learn(steps: number): void {
      for (const e of learner.learn(steps)) {
        walks++
        arrived.push(e.return)
      }
      arrived.splice(0, arrived.length - 500)
    },
    /** What each cell is thought to be worth, and the best move from it: left, down, right, up. */
    cells: () =>
      Array.from(learner.policy, (move, cell) => ({ move, value: Math.max(...learner.q.subarray(4 * cell, 4 * cell + 4)) })), // prettier-ignore
    /** Walks so far, steps so far, and the share of the last 500 walks that arrived. */
    figures: () => ({ walks, steps: learner.steps, share: arrived.reduce((a, b) => a + b, 0) / Math.max(1, arrived.length) }),
  }
}
