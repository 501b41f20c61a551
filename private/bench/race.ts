import { contend, type Contender, type Ready } from './process.ts'
import type { Entry } from './contenders.ts'

/** What one contender did. */
export interface Run extends Ready {
  readonly library: Entry['library']
  readonly variant: string
  /** The median step of each round; the rest follows from them. */
  readonly rounds: readonly number[]
  readonly medianMs: number
  readonly minMs: number
  readonly maxMs: number
  readonly steps: number
}

/** Something that was asked for and could not run. */
export interface Missing {
  readonly library: Entry['library']
  readonly variant?: string
  readonly reason: string
}

export interface RaceOptions {
  readonly rounds: number
  /** After so many seconds of work a contender takes no more turns. */
  readonly seconds: number
  readonly say: (text: string) => void
}

/** How long a turn of fast steps lasts, in milliseconds, and how many steps it has at most. */
const turnLength = 250
const longestTurn = 20_000
/** Who needs longer for a step, in milliseconds, has it counted from its warm-up. */
const patience = 20_000

/** The middle value; of an even number of them the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Every entry in a process of its own, turn by turn, so that a slow minute of the machine meets all alike. */
export async function race(entries: readonly Entry[], { rounds, seconds, say }: RaceOptions): Promise<{ runs: Run[]; missing: Missing[] }> {
  const missing: Missing[] = []
  const give = ({ library, variant }: Entry, error: unknown): void => {
    missing.push({ library, variant, reason: (error as Error).message })
  }
  interface Racer {
    readonly entry: Entry
    readonly contender: Contender
    readonly rounds: number[]
    steps: number
    spent: number
  }
  let racing: Racer[] = []
  for (const entry of entries) {
    say(`starting ${entry.library} (${entry.variant})`)
    try {
      const contender = await contend(entry.command)
      const { lastMs } = contender.ready
      const done = lastMs > patience
      racing.push({ entry, contender, rounds: done ? [lastMs] : [], steps: done ? 1 : 0, spent: done ? Infinity : 0 })
    } catch (error) {
      give(entry, error)
    }
  }
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`)
    for (const racer of racing.filter(r => r.spent < seconds * 1000)) {
      const pace = racer.rounds.length ? median(racer.rounds) : racer.contender.ready.lastMs
      try {
        const times = await racer.contender.turn(Math.max(1, Math.min(longestTurn, Math.floor(turnLength / pace))))
        racer.rounds.push(median(times))
        racer.steps += times.length
        racer.spent += times.reduce((a, b) => a + b, 0)
      } catch (error) {
        give(racer.entry, error)
        racing = racing.filter(r => r !== racer)
      }
    }
  }
  for (const { contender } of racing) contender.stop()
  const runs = racing.map(({ entry: { library, variant }, contender: { ready }, rounds, steps }): Run => {
    return { library, variant, medianMs: median(rounds), minMs: Math.min(...rounds), maxMs: Math.max(...rounds), rounds, steps, ...ready }
  })
  return { runs, missing }
}
