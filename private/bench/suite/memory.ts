import { benchmarks, type BenchmarkName } from '../benchmarks.ts'
import { entriesOf, type Entry } from '../contenders.ts'
import { contend } from '../process.ts'
import type { Missing } from '../race.ts'
import { withJob, type Case, type Context, type Held, type Measured } from './case.ts'

/** How many steps each takes: small ones for their number, the large one for its peak. */
const steps: Partial<Record<BenchmarkName, number>> = { mlp: 10_000, cnn: 500, dqn: 10_000, resnet18: 60 }
const sampleCount = 40

async function watch(
  { library, variant, command }: Entry,
  total: number,
): Promise<{ held: Held; versions: Readonly<Record<string, string>> }> {
  const contender = await contend(command)
  const samples: { step: number; resident: number }[] = []
  const stride = Math.max(1, Math.floor(total / sampleCount))
  for (let step = 0; step <= total;) {
    samples.push({ step, resident: (await contender.memory()).resident })
    step += (await contender.turn(stride)).length // whole epochs, where a contender trains by them
  }
  const { peak } = await contender.memory()
  contender.stop()
  return { held: { library, variant, samples, peak }, versions: contender.ready.versions }
}

/** The fastest-made variants only: memory does not depend on how several are batched. */
const wanted = ({ library, variant }: Entry): boolean =>
  library === 'portolan' ? variant.startsWith('Trainer') : variant === 'default' || variant === 'channels_last'

/** What the process holds during many steps, and at most. */
export const memory = (models: readonly BenchmarkName[]): Case[] =>
  models.flatMap(model => {
    const total = steps[model]
    if (!total) return []
    const measure = (context: Context): Promise<Measured> =>
      withJob({ model, does: 'train' }, async job => {
        const held: Held[] = []
        const missing: Missing[] = []
        const versions: Record<string, string> = {}
        for (const entry of entriesOf(job, { ...context, peers: context.peers.filter(p => p === 'torch'), lean: true }).filter(wanted)) {
          context.say(`${total.toLocaleString('en')} steps of ${entry.library} (${entry.variant})`)
          try {
            const watched = await watch(entry, total)
            held.push(watched.held)
            Object.assign(versions, watched.versions)
          } catch (error) {
            missing.push({ library: entry.library, variant: entry.variant, reason: (error as Error).message })
          }
        }
        return { held, missing, versions }
      })
    return [{ task: 'memory', name: model, title: `${benchmarks[model].title}, ${total.toLocaleString('en')} steps`, model, measure }]
  })
