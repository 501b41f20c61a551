// Has every reader of files read many that are not quite right: `npm run fuzz`.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { patience } from './attack.ts'
import { targets } from './targets.ts'

const names = targets.map(t => t.name)
const help = `npm run fuzz -- [options]

Changes good files at random and has them read. Each must be read, or refused with an error of ours that names the file: no crash,
no hang, no more memory than the file has room for.

  --target NAME  one of ${names.join(', ')} (default: all)
  --count N      mutations of each (default 100000)
  --seed N       of the mutations (default 1)
  --first N      the first of them: one alone is --first N --count 1 (default 0)
  --help         this`

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    help: { type: 'boolean' },
  },
})
const [count, seed, first] = [values.count, values.seed, values.first].map(Number) as [number, number, number]
const show = (text: string): void => void process.stderr.write(process.stderr.isTTY ? `\r${text.padEnd(60)}` : '')

/** Runs one stretch; gives what went wrong. */
function stretch(name: string, from: number, n: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const child = fork(join(import.meta.dirname, 'child.ts'), [name, String(seed), String(from), String(n)], {
      execArgv: ['--conditions=@portolan/source', '--import', 'tsx', '--max-old-space-size=1024'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let [errors, last] = ['', from]
    let hung: NodeJS.Timeout
    const wait = (): void => {
      clearTimeout(hung)
      hung = setTimeout(() => child.kill('SIGKILL'), 180 * patience) // 100 files lie between two signs of life, and the machine may be busy
    }
    wait()
    child.stderr!.on('data', (piece: Buffer) => (errors = (errors + piece.toString()).slice(-20_000)))
    child.on('message', at => {
      last = Number(at)
      show(`${name} ${last - first}/${count}`)
      wait()
    })
    child.on('close', (code, signal) => {
      clearTimeout(hung)
      const said = /Error: (.*)/.exec(errors)?.[1]
      resolve(
        code === 0 ? undefined : `${said ?? errors.slice(-500)} (${signal ?? `code ${code}`}, at or within 100 after mutation ${last})`,
      )
    })
  })
}

if (values.help) console.log(help)
else if (![count, seed, first].every(Number.isInteger) || (values.target !== undefined && !names.includes(values.target))) {
  console.error(`Look at npm run fuzz -- --help: numbers must be whole, and the target one of ${names.join(', ')}.`)
  process.exitCode = 1
} else
  for (const name of values.target === undefined ? names : [values.target]) {
    const started = performance.now()
    const wrong = await stretch(name, first, count)
    show('')
    if (wrong !== undefined) process.exitCode = 1
    console.log(
      `${wrong === undefined ? 'ok    ' : 'WRONG '} ${name.padEnd(18)} ${wrong ?? `${count} mutations, ${((performance.now() - started) / 1000).toFixed(0)} s`}`,
    )
  }
