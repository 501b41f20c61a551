import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { findTorch } from './contenders.ts'

const help = `node --conditions=@portolan/source --import tsx private/bench/loader.ts [options]

Decode, random-resized-crop, flip and normalize: passes over CIFAR's JPEG copies and over photos, ours and a torchvision DataLoader's,
in processes that take turns. Needs PORTOLAN_DATA with cifar10 and hymenoptera.

  --rounds N    passes of each; default 7
  --workers N   threads of ours, processes of theirs; default 2
  --samples N   of CIFAR; default 5000

ratio is the peer's time divided by ours: above 1, Portolan is faster.`

interface Ready {
  readonly samples: number
}
interface Turn {
  readonly times: number[]
  readonly memory: number
}

async function start(file: string, args: readonly string[]): Promise<{ samples: number; turn(): Promise<Turn>; stop(): void }> {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { done, value } = await lines.next()
    if (done) throw new Error(`${file} ${args[0]} ended`)
    return value
  }
  const { samples } = JSON.parse((await line()).slice('READY '.length)) as Ready
  return {
    samples,
    async turn() {
      child.stdin.write('1\n')
      return JSON.parse(await line()) as Turn
    },
    stop: () => void child.stdin.end(),
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    rounds: { type: 'string', default: '7' },
    workers: { type: 'string', default: '2' },
    samples: { type: 'string', default: '5000' },
  },
})
const data = process.env.PORTOLAN_DATA
const torch = findTorch()
if (values.help || !data || !torch.python || !existsSync(join(data, 'hymenoptera'))) {
  console.log(torch.missing ? `${help}\n\n${torch.missing}` : help)
  process.exit(values.help ? 0 : 1)
}
const scratch = mkdtempSync(join(tmpdir(), 'portolan-'))
try {
  execFileSync('tar', ['xzf', join(data, 'cifar10', 'cifar10_jpeg_full.tar.gz'), '-C', scratch, 'cifar10_jpeg/train'])
  const peers = fileURLToPath(new URL('./peers/', import.meta.url))
  for (const [name, root, size, batch, limit] of [
    ['cifar', join(scratch, 'cifar10_jpeg', 'train'), 32, 128, Number(values.samples)],
    ['hymenoptera', join(data, 'hymenoptera', 'train'), 224, 32, 0],
  ] as const) {
    const args = [root, size, batch, values.workers, limit].map(String)
    const theirs = await start(torch.python, [join(peers, 'loader.py'), ...args])
    const ours = await start(process.execPath, ['--conditions=@portolan/source', '--import', 'tsx', join(peers, 'loader.ts'), ...args])
    const turns: { ours: Turn; theirs: Turn }[] = []
    for (let round = 0; round < Number(values.rounds); round++) turns.push({ ours: await ours.turn(), theirs: await theirs.turn() })
    const per = (of: 'ours' | 'theirs'): number => median(turns.map(t => t[of].times[0]!)) / ours.samples
    const memory = turns.map(t => Math.round(t.ours.memory))
    console.log(
      `${name}: ours ${per('ours').toFixed(3)} ms a picture, torchvision ${per('theirs').toFixed(3)}, ratio ${(per('theirs') / per('ours')).toFixed(2)}x; our memory after each pass ${memory.join(' ')} MiB`,
    )
    ours.stop()
    theirs.stop()
  }
} finally {
  rmSync(scratch, { recursive: true })
}
