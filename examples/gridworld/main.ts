// Russell and Norvig's 4 × 3 world, and the cliff of Sutton and Barto: what is known, what Q-learning finds, what SARSA finds.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { savePicture } from '@portolan/core/node'
import { cliffWalking, gridWorld, learningCurve, QLearning, Sarsa, sceneToSvg, valueIteration } from '@portolan/rl'
import { mean, reportTo } from '../shared/agents.ts'
import { positive } from '../shared/command.ts'
import { policyPicture } from '../shared/policy-picture.ts'

const { steps, seed, out, json } = new Command('node examples/gridworld/main.ts')
  .description("Russell and Norvig's 4 × 3 world, and the cliff of Sutton and Barto.")
  .option('--steps <n>', 'steps to learn from', positive, 100_000)
  .option('--seed <n>', 'one seed, one result', Number, 1)
  .option('--out <folder>', 'where pictures go', 'out/gridworld')
  .option('--json <file>', 'write the figures there as JSON')
  .parse()
  .opts<{ steps: number; seed: number; out: string; json?: string }>()
await mkdir(out, { recursive: true })
const arrows = ['↑', '→', '↓', '←']

// what is known: the utilities of the book
const world = gridWorld()
const { values, policy, sweeps } = valueIteration(world, { discount: 1 })
console.log(`4 × 3 world: value iteration, ${sweeps} sweeps; the start is worth ${values[8]!.toFixed(3)} (the book: 0.705)`)
await savePicture(join(out, 'world.png'), sceneToSvg(policyPicture(world, 4, policy, arrows, values)))

// what trying finds
const learner = new QLearning({ env: gridWorld(), discount: 1, learningRate: n => 1 / n ** 0.6, exploration: 0.2, seed })
learner.learn(steps)
const learned = Math.max(...learner.q.subarray(8 * 4, 9 * 4))
const free = [0, 1, 2, 4, 6, 8, 9, 10, 11]
const agree = free.filter(s => learner.policy[s] === policy[s]).length
console.log(`Q-learning, ${steps} steps: ${learned.toFixed(3)}; it does the same in ${agree} of ${free.length} cells`)
await savePicture(join(out, 'world-learned.png'), sceneToSvg(policyPicture(world, 4, learner.policy, arrows)))

// along the cliff, or away from it
const runs = Object.fromEntries(
  Object.entries({ QLearning, Sarsa }).map(([name, Learner]) => {
    const walker = new Learner({ env: cliffWalking(), discount: 1, learningRate: 0.5, exploration: 0.1, seed })
    const episodes = walker.learn(steps)
    let at = 0
    const curve = episodes.map(e => ({ steps: (at += e.length), return: Math.max(e.return, -200) }))
    return [name, { policy: walker.policy, curve, last: mean(episodes.slice(-500).map(e => e.return)) }]
  }),
) as Record<'QLearning' | 'Sarsa', { policy: Int32Array; curve: { steps: number; return: number }[]; last: number }>
for (const [name, run] of Object.entries(runs)) {
  console.log(`Cliff, ${name}: ${run.last.toFixed(1)} an episode while it learns (the last 500)`)
  await savePicture(join(out, `cliff-${name}.png`), sceneToSvg(policyPicture(cliffWalking(), 12, run.policy, arrows)))
}
const curves = [runs.QLearning.curve, runs.Sarsa.curve]
await savePicture(join(out, 'cliff.png'), sceneToSvg(learningCurve(curves, { title: 'Along a cliff: Q-learning (blue), SARSA (orange)', window: 100 }))) // prettier-ignore
await reportTo(json, { steps, seed, start: values[8], learned, agree, qLearning: runs.QLearning.last, sarsa: runs.Sarsa.last })
