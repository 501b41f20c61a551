import { TabularLearner, type Experience } from './tabular-learner.ts'

/**
 * Learns what actions are worth under the policy that it follows: Q(s, a) ← Q(s, a) + α · (r + γ · Q(s′, a′) − Q(s, a)), a′ being what
 * it does next.
 *
 * On-policy: beside a cliff it learns to keep away, as a step by chance may lead down.
 * @throws RangeError for an option outside its range.
 * @see Rummery and Niranjan, "On-Line Q-Learning Using Connectionist Systems", 1994; Sutton and Barto, section 6.4.
 * @example
 * const learner = new Sarsa({ env: cliffWalking(), discount: 1, learningRate: 0.5 })
 * learner.learn(20_000)
 */
export class Sarsa extends TabularLearner {
  protected target({ reward, next, terminated }: Experience, choose: () => number): number {
    if (terminated) return reward
    return reward + this.discount * this.q[next * this.actions + choose()]!
  }
}
