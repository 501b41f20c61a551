import { TabularLearner, type Experience } from './tabular-learner.ts'

/**
 * Learns what actions are worth from steps made: Q(s, a) ← Q(s, a) + α · (r + γ · maxₐ′ Q(s′, a′) − Q(s, a)).
 *
 * Off-policy: it learns of the best way while it tries others.
 * @throws RangeError for an option outside its range.
 * @see Watkins, "Learning from Delayed Rewards", 1989; Sutton and Barto, section 6.5.
 * @example
 * const learner = new QLearning({ env: cliffWalking(), discount: 1, learningRate: 0.5 })
 * learner.learn(20_000)
 * learner.policy[36] // 0: up, away from the cliff
 */
export class QLearning extends TabularLearner {
  protected target({ reward, next, terminated }: Experience): number {
    if (terminated) return reward
    return reward + this.discount * this.q[next * this.actions + this.act(next)]!
  }
}
