import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { progressBar, type Engine } from '@portolan/core'
import { savePicture, writeFileAtomic } from '@portolan/core/node'
import { onnx } from '@portolan/export-onnx'
import { evaluate, learningCurve, sceneToSvg, type Env, type Episode, type LearnOptions, type Policy } from '@portolan/rl'
import { saveAnimation } from '@portolan/rl/node'
import { positive } from './command.ts'

/** What every example of agents takes. */
export interface AgentOptions {
  steps: number
  seed: number
  seeds: number
  episodes: number
  engine: 'onnx' | 'eager'
  threads: number
  out: string
  json?: string
}

/** A command with what every example of agents takes. */
export const agentCommand = (name: string, description: string, steps: number): Command =>
  new Command(`node examples/${name}/main.ts`)
    .description(description)
    .option('--steps <n>', 'steps to learn from', positive, steps)
    .option('--seed <n>', 'the first seed: one seed, one result', Number, 1)
    .option('--seeds <n>', 'how many seeds, one after the other', positive, 1)
    .option('--episodes <n>', 'episodes to judge by', positive, 100)
    .addOption(new Option('--engine <engine>', 'onnx: updates compiled; eager: op by op').choices(['onnx', 'eager']).default('onnx'))
    .option('--threads <n>', 'threads that compute one op', positive, 1)
    .option('--out <folder>', 'where pictures and saved runs go', `out/${name}`)
    .option('--json <file>', 'write the figures there as JSON')

export const engineOf = ({ engine, threads }: Pick<AgentOptions, 'engine' | 'threads'>): { engine?: Engine } =>
  engine === 'onnx' ? { engine: onnx({ threads }) } : {}

export const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length
/** Writes the figures of a run, if they were asked for. */
export const reportTo = async (json: string | undefined, figures: object): Promise<void> => {
  if (json !== undefined) await writeFileAtomic(json, `${JSON.stringify(figures, null, 2)}\n`)
}

interface Learner extends Policy {
  readonly steps: number
  learn(steps: number, options?: LearnOptions): Promise<Episode[]>
  save(): Promise<Uint8Array>
  dispose(): Promise<void>
}

/** Learns with each seed, judges, and leaves the curve, a film of one episode and the saved runs. */
export async function trainAgents(
  name: string,
  options: AgentOptions,
  { make, env, goal }: { make: (seed: number, engine: { engine?: Engine }) => Learner; env: () => Env; goal: number },
): Promise<void> {
  const { steps, seed: first, seeds, episodes, out, json } = options
  await mkdir(out, { recursive: true })
  const runs: { seed: number; last100: number; judged: number; seconds: number; curve: { steps: number; return: number }[] }[] = []
  const bar = progressBar({ label: 'Seed' })
  for (let seed = first; seed < first + seeds; seed++) {
    const learner = make(seed, engineOf(options))
    const curve: { steps: number; return: number }[] = []
    const started = performance.now()
    bar.start(seed - first + 1, seeds, 50)
    for (let part = 1; part <= 50; part++) {
      const left = Math.round((steps * part) / 50) - learner.steps
      if (left > 0) await learner.learn(left, { onEpisode: (e, at) => void curve.push({ steps: at, return: e.return }) })
      bar.update(part, { return: mean(curve.slice(-20).map(e => e.return)) })
    }
    const seconds = (performance.now() - started) / 1000
    const last100 = mean(curve.slice(-100).map(e => e.return))
    const judged = mean((await evaluate(learner, env(), { episodes })).map(e => e.return))
    bar.stop(
      `${name}, seed ${seed}: ${judged.toFixed(1)} (mean of ${episodes} episodes), last 100 of training ${last100.toFixed(1)}, ${seconds.toFixed(0)} s`,
    )
    runs.push({ seed, last100, judged, seconds, curve })
    await writeFileAtomic(join(out, `${name}-${seed}.safetensors`), await learner.save())
    if (seed === first) await film(learner, env(), join(out, `${name}.gif`))
    await learner.dispose()
  }
  const judged = mean(runs.map(r => r.judged))
  console.log(`${name}: mean of ${seeds} seeds ${judged.toFixed(1)}. Curve, film and runs are in ${out}/.`)
  const title = `${name}: ${seeds} seeds, mean ${judged.toFixed(1)}`
  await savePicture(join(out, `${name}.png`), sceneToSvg(learningCurve(runs.map(r => r.curve), { title, goal }))) // prettier-ignore
  await reportTo(json, { name, steps, judged, runs: runs.map(({ curve, ...run }) => ({ ...run, episodes: curve.length })) })
}

/** One episode as a GIF. */
async function film(policy: Policy, env: Env, file: string): Promise<void> {
  let { observation } = env.reset({ seed: 1_000_000 })
  const scenes = [env.draw()]
  for (let ended = false; !ended && scenes.length < 150;) {
    const action = await policy.act((observation as Float32Array).slice())
    const step = env.step((env.actionSpace.kind === 'discrete' ? action[0] : Float32Array.from(action)) as never)
    observation = step.observation
    ended = step.terminated || step.truncated
    scenes.push(env.draw())
  }
  await saveAnimation(file, scenes, { delay: 30, scale: 0.5 })
}
