// Kills trainings in every way it knows and looks whether they end as if nothing had happened: `npm run check:crash -- --kills 40`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { diskFull, interrupt, kill, second, type Trials } from './trials.ts'

const help = `npm run check:crash -- [options]

Trains a small network again and again, kills it while it saves and in between, and lets it go on from what it saved. Every
training must end with the same weights, optimizer, random state, order of data and history as one that nobody disturbed.
Then: Ctrl+C and SIGTERM, a second trainer in the same folder, and a disk that is full.

  --kills N   how many kills, two of three at chosen points of saving, the rest at random times (default 40)
  --seed N    of the points and times (default 1)
  --help      this`

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' }, help: { type: 'boolean' } },
})
const kills = Number(values.kills)
if (values.help) console.log(help)
else if (!(Number.isInteger(kills) && kills >= 2 && Number.isInteger(Number(values.seed)))) {
  console.error(`--kills must be a whole number of at least 2 and --seed a whole number, got ${values.kills} and ${values.seed}.`)
  process.exitCode = 1
} else {
  const root = mkdtempSync(join(tmpdir(), 'portolan-crash-'))
  let killed = 0
  const show = (how: string): void => {
    const full = Math.round((30 * ++killed) / kills)
    process.stderr.write(
      `${process.stderr.isTTY ? '\r' : ''}${'█'.repeat(full)}${'░'.repeat(30 - full)} ${killed}/${kills} ${how.padEnd(20)}${process.stderr.isTTY ? '' : '\n'}`,
    )
  }
  const trials: Trials = { root, seed: Number(values.seed), onKill: show }
  try {
    const counts: Record<string, number> = {}
    for (const [engine, n] of [
      ['onnx', Math.ceil(kills / 2)],
      ['eager', Math.floor(kills / 2)],
    ] as const) {
      for (const [how, times] of Object.entries(await kill(n, engine, trials))) counts[how] = (counts[how] ?? 0) + times
    }
    const list = Object.entries(counts).map(([how, n]) => `${how} ${n}`)
    console.log(`\n${kills} kills (${list.join(', ')}): every training ended with the bits of an undisturbed one`)
    await interrupt(trials)
    console.log('SIGINT and SIGTERM: saved, stopped, and went on to the same end')
    await second(trials)
    console.log('a second trainer in the folder: refused, and the first went on')
    const reason = await diskFull(trials)
    console.log(
      reason === undefined
        ? 'a full disk: the save failed, the checkpoint before it was whole, and it went on from there'
        : `a full disk: not tried, because ${reason}`,
    )
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
