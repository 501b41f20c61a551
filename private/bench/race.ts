import { contend, type Contender, type Ready } from './process.ts'
import type { Entry } from './contenders.ts'
import type { BenchmarkName } from './benchmarks.ts'

/** What one contender did with one model. */
export interface Run extends Ready {
  readonly model: BenchmarkName
  readonly library: Entry['library']
  readonly variant: string
  readonly medianMs: number
  readonly fastestMs: number
  readonly steps: number
}

/** Something that was asked for and could not run. */
export interface Missing {
  readonly library: Entry['library']
  readonly variant?: string
  readonly model?: BenchmarkName
  readonly reason: string
}

export interface RaceOptions {
  readonly rounds: number
  /** After so many seconds of training a contender takes no more turns. */
  readonly seconds: number
  readonly say: (text: string) => void
}

/** How long a turn of fast steps lasts, in milliseconds, and how many steps it has at most. */
const turnLength = 250
const longestTurn = 200

/** The middle value; of an even number of them the mean of the two. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Every entry in a process of its own, turn by turn, so that a slow minute of the machine meets all alike. */
export async function race(
  model: BenchmarkName,
  entries: readonly Entry[],
  { rounds, seconds, say }: RaceOptions,
): Promise<{ runs: Run[]; missing: Missing[] }> {
  const missing: Missing[] = []
  const give = ({ library, variant }: Entry, error: unknown): void => {
    const reason = (error as Error).message
    missing.push({ library, variant, model, reason })
    say(`${model}: ${library} (${variant}) is missing: ${reason}`)
  }

  let racing: { entry: Entry; contender: Contender; times: number[]; pace: number; spent: number }[] = []
  for (const entry of entries) {
    say(`${model}: starting ${entry.library} (${entry.variant})`)
    try {
      racing.push({ entry, contender: await contend(entry.command), times: [], pace: Infinity, spent: 0 })
    } catch (error) {
      give(entry, error)
    }
  }
  for (let round = 0; round < rounds; round++) {
    say(`${model}: round ${round + 1} of ${rounds}`)
    for (const racer of racing.filter(r => r.spent < seconds * 1000)) {
      const n = Math.max(1, Math.min(longestTurn, Math.floor(turnLength / racer.pace)))
      try {
        const times = await racer.contender.turn(n)
        racer.times.push(...times)
        racer.pace = median(times)
        racer.spent += times.reduce((a, b) => a + b, 0)
      } catch (error) {
        give(racer.entry, error)
        racing = racing.filter(r => r !== racer)
      }
    }
  }
  for (const { contender } of racing) contender.stop()
  const runs = racing.map(({ entry: { library, variant }, contender: { ready }, times }): Run => {
    return { model, library, variant, medianMs: median(times), fastestMs: Math.min(...times), steps: times.length, ...ready }
  })
  return { runs, missing }
}
