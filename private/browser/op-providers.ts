// Runs every case of every op on every provider at hand, compares it with eager mode and writes apps/docs/op-providers.md:
//   VK_ICD_FILENAMES=… node --conditions=@portolan/source --import tsx private/browser/op-providers.ts [COLUMN…]
// WebGPU in Node needs a Vulkan driver; one in software will do. Columns that cannot be had are named and left out. With columns
// given, such as 'Chromium wasm', only those are run; the others are what they were the last time.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Provider } from '@portolan/export-onnx'
import { bundlePage, ortFolder } from './bundle-page.ts'
import { findChromium, noChromium, startChromium } from './chromium.ts'
import { caseCount, type OpRun } from './page/op-runs.ts'
import { opTable } from './op-table.ts'
import { serveFolder } from './serve-folder.ts'

const root = join(import.meta.dirname, '../..')
const kept = join(root, '.cache/op-providers')
const asked = process.argv.slice(2)
const columns = new Map<string, OpRun[]>()
const chunk = 100

/** In processes of their own: a driver in software holds on to what each session took. */
const inNode =
  (provider: Provider) =>
  async (from: number, to: number): Promise<OpRun[]> => {
    const script = join(import.meta.dirname, 'op-runs-node.ts')
    const args = ['--conditions=@portolan/source', '--import', 'tsx', script, provider, `${from}`, `${to}`]
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 })
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as OpRun[]
  }

/** In a page of its own, for the same reason. */
async function inChromium(provider: Provider): Promise<{ run(from: number, to: number): Promise<OpRun[]>; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-ops-'))
  await bundlePage(join(import.meta.dirname, 'page/op-runs.ts'), folder, {
    '@portolan/test-kit': join(import.meta.dirname, 'page/test-kit.ts'),
  })
  const server = await serveFolder(folder, { mounts: { '/ort/': ortFolder } })
  return {
    async run(from, to) {
      const browser = await startChromium(findChromium()!)
      try {
        const page = await browser.newPage()
        await page.goto(server.url)
        await page.waitForFunction('globalThis.opRuns !== undefined')
        return await page.evaluate<OpRun[]>(`opRuns('${provider}', ${from}, ${to})`)
      } finally {
        await browser.close()
      }
    },
    async close() {
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function column(title: string, run: (from: number, to: number) => Promise<OpRun[]>): Promise<void> {
  const file = join(kept, `${title}.json`)
  const last = await readFile(file, 'utf8').catch(() => undefined)
  if (asked.length && !asked.includes(title)) return void (last !== undefined && columns.set(title, JSON.parse(last) as OpRun[]))
  const runs: OpRun[] = []
  for (let from = 0; from < caseCount; from += chunk) {
    runs.push(...(await run(from, from + chunk)))
    console.error(`${title}: ${runs.length} of ${caseCount}, ${runs.filter(r => r.error !== undefined).length} failed`)
  }
  columns.set(title, runs)
  await writeFile(file, JSON.stringify(runs))
}

await mkdir(kept, { recursive: true })
if (findChromium() === undefined) console.error(`Chromium is left out: ${noChromium}`)
else
  for (const provider of ['wasm', 'webgpu'] satisfies Provider[]) {
    const { run, close } = await inChromium(provider)
    await column(`Chromium ${provider}`, run)
    await close()
  }
await column('Node cpu', inNode('cpu'))
const [probe] = await inNode('webgpu')(0, 1)
if (/none of the providers/.test(probe!.error ?? '')) console.error(`Node webgpu is left out: ${probe!.error}`)
else await column('Node webgpu', inNode('webgpu'))
await writeFile(
  join(root, 'apps/docs/op-providers.md'),
  opTable(new Map([...columns].toSorted(([a], [b]) => Number(b.startsWith('Node')) - Number(a.startsWith('Node'))))),
)
