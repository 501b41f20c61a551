// Trains, judges, saves and exports for as long as it is told, and looks whether anything grows: `npm run soak -- --minutes 360`.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { liveTensors } from '../../packages/core/src/eager/engine.ts'
import { judge, type Sample } from './flat.ts'
import { stretch } from './stretch.ts'

const help = `npm run soak -- [options]

Trains a small convolutional net by turns op by op and compiled: every round is one epoch, its evaluation, a checkpoint, an export to
ONNX, and the file run and compared with the model. Every 10 rounds the trainer is given up and a new one goes on from its checkpoint.

After each round, garbage collected, it measures: the JavaScript heap, array buffers, the memory of the whole process (rss), tfjs's
tensors, open files, the files in the folder and their bytes. The medians of the second and of the last quarter of the rounds must
agree, to 3 % of the heap, 5 % of the process, and exactly in what is counted.

  --minutes N  how long (default 15; a release takes 360)
  --help       this`

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '15' }, help: { type: 'boolean' } } })
const minutes = Number(values.minutes)
const MiB = 2 ** 20

async function measure(folder: string): Promise<Sample> {
  for (let i = 0; i < 3; i++) {
    global.gc!()
    await new Promise(resolve => setTimeout(resolve, 20)) // what waits for the collector frees what it holds
  }
  const { heapUsed: heap, external, rss } = process.memoryUsage()
  const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => statSync(join(entry.parentPath, entry.name)).size)
  const open = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
  return { heap, external, rss, tensors: liveTensors(), open, files: sizes.length, bytes: sizes.reduce((a, b) => a + b, 0) }
}

if (values.help) console.log(help)
else if (!(minutes > 0)) {
  console.error(`--minutes must be a number above 0, got ${values.minutes}.`)
  process.exitCode = 1
} else if (!global.gc) {
  console.error('Start it with npm run soak, or give node --expose-gc: memory is measured after a collection.')
  process.exitCode = 1
} else {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-soak-'))
  const end = performance.now() + minutes * 60_000
  const samples: Sample[] = []
  let shown = 0
  let rounds = 0
  try {
    for (let turn = 0; performance.now() < end; turn++)
      await stretch(turn, { folder, rounds: 10 }, async () => {
        rounds++
        if (turn < 2) return performance.now() < end // either kind comes once before anything counts
        samples.push(await measure(folder))
        const { heap, rss, files } = samples.at(-1)!
        if (performance.now() - shown > 60_000) {
          shown = performance.now()
          const left = Math.max(0, Math.round((end - shown) / 60_000))
          console.log(
            `${rounds} rounds, ${left} minutes left: heap ${(heap / MiB).toFixed(1)} MiB, process ${(rss / MiB).toFixed(0)} MiB, ${files} files`,
          )
        }
        return performance.now() < end
      })
    const verdicts = judge(samples)
    console.log(`\n${rounds} rounds in ${minutes} minutes`)
    for (const { of, second, last, allowed, flat } of verdicts)
      console.log(
        `${flat ? 'flat ' : 'GREW '} ${of.padEnd(9)} ${second} in the second quarter, ${last} in the last, ${Math.floor(allowed)} allowed`,
      )
    if (!verdicts.every(v => v.flat)) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
