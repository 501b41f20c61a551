// Every example of a docstring compiles, and is run unless it needs what is not here: a page, a download.
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { examplesOf, moduleOfExamples } from './examples.ts'
import { root } from './pages.ts'

const dist = join(import.meta.dirname, 'dist/examples')
const packages = ['core', 'data', 'export-onnx', 'generative', 'layers', 'nlp', 'rl', 'vision']
rmSync(dist, { recursive: true, force: true })
mkdirSync(dist, { recursive: true })
const all = packages.map(name => ({ name, examples: examplesOf(name), file: join(dist, `${name}.ts`) }))
for (const { name, examples, file } of all) writeFileSync(file, await moduleOfExamples(name, examples))

type Examples = Readonly<Record<string, () => Promise<void>>>

/** Runs examples, each in an empty folder, without a word; what went wrong, by their places. */
async function runAll(examples: Examples): Promise<string[]> {
  const [home, log, out, bars] = [process.cwd(), console.log, process.stdout.write, process.stderr.write]
  const wrong: string[] = []
  try {
    console.log = () => {}
    process.stdout.write = () => true
    process.stderr.write = () => true
    for (const [at, run] of Object.entries(examples)) {
      const folder = await mkdtemp(join(tmpdir(), 'portolan-example-'))
      process.chdir(folder)
      await run().catch((e: unknown) => wrong.push(`${at}: ${String(e)}`))
      process.chdir(home)
      await rm(folder, { recursive: true })
    }
  } finally {
    Object.assign(console, { log })
    Object.assign(process.stdout, { write: out })
    Object.assign(process.stderr, { write: bars })
    process.chdir(home)
  }
  return wrong
}

describe('examples in docstrings', () => {
  it('are many, and few are not run', () => {
    const every = all.flatMap(a => a.examples)
    expect(every.length).toBeGreaterThan(500)
    expect(every.filter(e => e.run === undefined).length).toBeLessThan(50)
  })

  it('have the right types', async () => {
    const config = { extends: '../../../../tsconfig.base.json', compilerOptions: { noUnusedLocals: false }, include: ['*.ts'] }
    writeFileSync(join(dist, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', dist]).catch((e: { stdout: string }) => e)
    expect(stdout).toBe('')
  }, 600_000)

  it.each(all)(
    'of $name run',
    async ({ file }) => {
      const { run } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { run: Examples }
      expect(await runAll(run)).toEqual([])
    },
    600_000, // some seconds each where nobody else computes
  )
})
