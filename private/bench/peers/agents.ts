// Portolan in the benchmark of agents: agents.ts JSON, see AgentJob. A step is a whole run, from new weights to the last step made.
import { createRequire } from 'node:module'
import { ready } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { cartPole, DQN, PPO, type Episode } from '@portolan/rl'
import type { AgentBenchmark } from '../agents.ts'
import { parameterCount } from '../benchmark.ts'
import { median } from '../race.ts'
import { serve } from './serve.ts'

export interface AgentJob {
  readonly agent: AgentBenchmark['agent']
  readonly steps: number
  readonly threads: number
  readonly warmups: number
}

const { agent: name, steps, threads, warmups } = JSON.parse(process.argv[2]!) as AgentJob
await ready()
const engine = onnx({ threads })
let seed = 0
let parameters = 0

// as cleanrl has them, but for a warm-up of 1,000 steps in place of 10,000, and chance that ends halfway
const make = {
  dqn: () => new DQN({ env: cartPole(), engine, seed: ++seed, warmup: 1000, exploration: { from: 1, to: 0.05, steps: steps / 2 } }),
  ppo: () => new PPO({ env: () => cartPole(), engine, seed: ++seed, budget: steps }),
}

async function run(): Promise<number[]> {
  const learner = make[name]()
  parameters = parameterCount(learner instanceof DQN ? learner.online : learner.model)
  const episodes: Episode[] = await learner.learn(steps)
  await learner.dispose()
  return [median(episodes.slice(-20).map(e => e.return))]
}

await serve({
  run,
  warmups,
  info: () => ({
    versions: { 'onnxruntime-node': (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version },
    parameters,
  }),
})
