import { createInterface } from 'node:readline'
import type { Memory, Ready } from '../process.ts'

/** Warming up ends early after this many milliseconds: some peers need a minute for a step. */
const warmingLimit = 30_000

interface Served {
  /** Makes a run, and gives its losses or its answer. */
  readonly run: () => readonly number[] | Promise<readonly number[]>
  readonly warmups: number
  /** How many steps a run makes; each is counted as its share. */
  readonly stepsARun?: number
  readonly info: () => Pick<Ready, 'versions' | 'parameters' | 'backend'>
}

/** What is the same for all contenders in JavaScript: warms up, says READY, then works on command. */
export async function serve({ run, warmups, stepsARun = 1, info }: Served): Promise<void> {
  const figures: number[] = []
  const times: number[] = []
  const timed = async (): Promise<number> => {
    const start = performance.now()
    const computed = await run()
    if (times.length < warmups) figures.push(...computed)
    return performance.now() - start
  }
  const start = performance.now()
  while (times.length < warmups && performance.now() - start < warmingLimit) times.push(await timed())
  const [firstMs, lastMs] = [times[0]!, times.at(-1)! / stepsARun]
  say(`READY ${JSON.stringify({ ...info(), figures, warmups: times.length, firstMs, lastMs } satisfies Ready)}`)
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'memory') {
      say(JSON.stringify(memory()))
      continue
    }
    const turn: number[] = []
    while (turn.length < Number(line)) {
      const share = (await timed()) / stepsARun
      for (let i = 0; i < stepsARun; i++) turn.push(share)
    }
    say(JSON.stringify(turn))
  }
  process.exit(0)
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** What is held, garbage not counted; the peak is what the system saw. */
function memory(): Memory {
  globalThis.gc!()
  return { resident: process.memoryUsage.rss() / 2 ** 20, peak: process.resourceUsage().maxRSS / 1024 }
}
