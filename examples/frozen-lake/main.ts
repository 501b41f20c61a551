// Finds the way over a slippery lake by trying, and compares it with the best that can be known.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { progressBar } from '@portolan/core'
import { savePicture } from '@portolan/core/node'
import { frozenLake, frozenLakeMap, learningCurve, QLearning, Sarsa, sceneToSvg, valueIteration, type TabularEnv } from '@portolan/rl'
import { mean, reportTo } from '../shared/agents.ts'
import { percent, positive } from '../shared/command.ts'
import { policyPicture } from '../shared/policy-picture.ts'

const algorithms = { 'q-learning': QLearning, sarsa: Sarsa }
const options = new Command('node examples/frozen-lake/main.ts')
  .description('Finds the way over a slippery lake by trying, and compares it with the best that can be known.')
  .addOption(new Option('--map <map>', "Gymnasium's, or random: one of 8 × 8 by the seed").choices(['4x4', '8x8', 'random']).default('8x8'))
  .option('--dry', 'moves go where they are meant to', false)
  .addOption(new Option('--algorithm <name>', 'who learns').choices(Object.keys(algorithms)).default('q-learning'))
  .option('--steps <n>', 'steps to learn from', positive, 1_000_000)
  .option('--seed <n>', 'the first seed: one seed, one result', Number, 1)
  .option('--seeds <n>', 'how many seeds, one after the other', positive, 1)
  .option('--out <folder>', 'where pictures go', 'out/frozen-lake')
  .option('--json <file>', 'write the figures there as JSON')
  .parse()
  .opts<{
    map: '4x4' | '8x8' | 'random'
    dry: boolean
    algorithm: keyof typeof algorithms
    steps: number
    seed: number
    seeds: number
    out: string
    json?: string
  }>()

const { map, dry, algorithm, steps, seed: first, seeds, out, json } = options
await mkdir(out, { recursive: true })
const make = () => frozenLake({ map: map === 'random' ? frozenLakeMap(8, { seed: first }) : map, slippery: !dry })
const env = make()
const limit = env.transitions.length > 16 ? 200 : 100

/** The probability of arriving within the limit, exactly: where one may be after each step, and how likely. */
function success({ transitions, starts }: TabularEnv, policy: ArrayLike<number>): number {
  let at = new Float64Array(transitions.length)
  for (const s of starts) at[s] = 1 / starts.length
  let arrived = 0
  for (let step = 0; step < limit; step++) {
    const next = new Float64Array(at.length)
    for (const [s, p] of at.entries())
      for (const t of transitions[s]![policy[s]!]!) {
        if (t.terminated) arrived += p * t.probability * t.reward
        else next[t.next]! += p * t.probability
      }
    at = next
  }
  return arrived
}

const discount = 0.999
const best = valueIteration(env, { discount })
const known = success(env, best.policy)
console.log(`Value iteration: arrives within ${limit} steps with probability ${percent(known)}.`)
const size = Math.sqrt(env.transitions.length)
const arrows = ['←', '↓', '→', '↑']
await savePicture(join(out, 'best.png'), sceneToSvg(policyPicture(env, size, best.policy, arrows, best.values)))

const runs: { seed: number; success: number; curve: { steps: number; return: number }[] }[] = []
const bar = progressBar()
for (let seed = first; seed < first + seeds; seed++) {
  const learner = new algorithms[algorithm]({
    env: make(),
    discount,
    learningRate: n => Math.max(0.005, 1 / n ** 0.6),
    exploration: 0.1,
    initial: 0.5, // everything is tried that has not disappointed yet
    seed,
  })
  const curve: { steps: number; return: number }[] = []
  bar.start(seed - first + 1, seeds, 50)
  for (let part = 1; part <= 50; part++) {
    let at = learner.steps
    for (const episode of learner.learn(Math.round((steps * part) / 50) - at))
      curve.push({ steps: (at += episode.length), return: episode.return })
    bar.update(part, { success: success(env, learner.policy) })
  }
  const found = success(env, learner.policy)
  bar.stop(`${algorithm}, seed ${seed}: ${percent(found)}, ${percent(found / known)} of value iteration's`)
  runs.push({ seed, success: found, curve })
  if (seed === first) await savePicture(join(out, 'learned.png'), sceneToSvg(policyPicture(env, size, learner.policy, arrows)))
}
const learned = mean(runs.map(r => r.success))
console.log(
  `${algorithm}: mean of ${seeds} seeds ${percent(learned)}, ${percent(learned / known)} of value iteration's. Pictures are in ${out}/.`,
)
const title = `${algorithm} on FrozenLake ${map}: ${seeds} seeds, exploring`
await savePicture(join(out, 'curve.png'), sceneToSvg(learningCurve(runs.map(r => r.curve), { title, window: 500, goal: Number(known.toFixed(3)) }))) // prettier-ignore
await reportTo(json, { map, dry, algorithm, steps, known, learned, share: learned / known, runs: runs.map(({ curve, ...r }) => ({ ...r, episodes: curve.length })) }) // prettier-ignore
