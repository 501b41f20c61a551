// Learns to plan ways round obstacles, then plans on maps that it has never seen.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { adam, compile, cosineDecay, HostRng, progressBar, seed as startFrom, type Tensor } from '@portolan/core'
import { saveWeights } from '@portolan/core/node'
import {
  distances,
  obstacleMap,
  pathPlanning,
  planPaths,
  plannerBatch,
  plannerStep,
  ValueIterationNetwork,
  type PlannerBatch,
} from '@portolan/rl'
import { saveAnimation } from '@portolan/rl/node'
import { engineOf, reportTo } from '../shared/agents.ts'
import { percent, positive } from '../shared/command.ts'

const options = new Command('node examples/path-planning/main.ts')
  .description('Learns to plan ways round obstacles, then plans on maps that it has never seen.')
  .option('--size <n>', 'cells of a side', positive, 8)
  .option('--density <p>', 'share of cells that are obstacles', Number, 0.3)
  .option('--steps <n>', 'steps of training', positive, 600)
  .option('--batch-size <n>', 'maps in a step', positive, 32)
  .option('--rate <r>', 'learning rate', Number, 3e-3)
  .option('--sweeps <n>', 'sweeps of the planner', positive, 32)
  .option('--maps <n>', 'unseen maps to judge by', positive, 2000)
  .option('--seed <n>', 'one seed, one result', Number, 1)
  .addOption(new Option('--engine <engine>', 'onnx: the whole step compiled; eager: op by op').choices(['onnx', 'eager']).default('onnx'))
  .option('--threads <n>', 'threads that compute one op', positive, 1)
  .option('--out <folder>', 'where the film and the weights go', 'out/path-planning')
  .option('--json <file>', 'write the figures there as JSON')
  .parse()
  .opts<{
    size: number
    density: number
    steps: number
    batchSize: number
    rate: number
    sweeps: number
    maps: number
    seed: number
    engine: 'onnx' | 'eager'
    threads: number
    out: string
    json?: string
  }>()

const { size, density, steps, batchSize, rate, sweeps, maps: count, seed, out, json } = options
await mkdir(out, { recursive: true })
startFrom(seed)
const model = new ValueIterationNetwork({ sweeps })
const optimizer = adam(rate, { schedule: cosineDecay(steps), clipNorm: 1 }).init(model)
const step = compile((batch: PlannerBatch) => plannerStep(model, optimizer, batch), engineOf(options))
const scores = compile((map: Tensor) => model.forward(map), engineOf(options))
const judge = async (map: Tensor): Promise<ArrayLike<number>> => (await scores(map)).data()

// maps that it is judged by come from another stream than those that it learns from
const unseen = ((rng: HostRng) => Array.from({ length: count }, () => obstacleMap(rng, { size, density })))(new HostRng(seed, 2))
/** How many of them it arrives on, and how much longer its ways are than the shortest. */
async function judged(): Promise<{ arrived: number; longer: number }> {
  let [arrived, taken, shortest] = [0, 0, 0]
  for (let i = 0; i < unseen.length; i += 100) {
    const part = unseen.slice(i, i + 100)
    for (const [k, path] of (await planPaths(judge, part)).entries()) {
      if (!path) continue
      arrived++
      taken += path.length - 1
      shortest += distances(part[k]!, part[k]!.goal)[part[k]!.start]!
    }
  }
  return { arrived: arrived / unseen.length, longer: taken / shortest - 1 }
}

const started = performance.now()
const rng = new HostRng(seed, 1)
const bar = progressBar()
bar.start(1, 1, steps)
let loss = 0
for (let i = 1; i <= steps; i++) {
  const now = await (await step(plannerBatch(rng, batchSize, { size, density }))).item()
  loss = i === 1 ? now : 0.98 * loss + 0.02 * now
  bar.update(i, { loss })
}
const { arrived, longer } = await judged()
const seconds = (performance.now() - started) / 1000
bar.stop(`${steps} steps: loss ${loss.toFixed(4)}`)
console.log(`Arrives on ${percent(arrived)} of ${count} unseen maps of ${size} × ${size}; its ways are ${percent(longer)} longer than the shortest. ${seconds.toFixed(0)} s.`) // prettier-ignore
await saveWeights(model, join(out, 'planner.safetensors'))

const env = pathPlanning({ size, map: () => unseen[0]! })
env.reset()
const path = (await planPaths(judge, [unseen[0]!]))[0] ?? []
const scenes = [env.draw(), ...path.slice(1).map((to, i) => (env.step([-size, 1, size, -1].indexOf(to - path[i]!)), env.draw()))]
await saveAnimation(join(out, 'path-planning.gif'), scenes, { delay: 200, scale: 0.5 })
await reportTo(json, { size, density, steps, batchSize, seed, loss, arrived, longer, seconds })
await Promise.all([step.dispose(), scores.dispose()])
