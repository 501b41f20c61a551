// Runs every case of every op on every provider at hand, compares it with eager mode and writes apps/docs/op-providers.md:
//   VK_ICD_FILENAMES=… node --conditions=@portolan/source --import tsx private/browser/op-providers.ts
// WebGPU in Node needs a Vulkan driver; one in software will do. Columns that cannot be had are named and left out.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Provider } from '@portolan/export-onnx'
import { bundlePage, ortFolder } from './bundle-page.ts'
import { findChromium, noChromium, startChromium } from './chromium.ts'
import { caseCount, type OpRun } from './page/op-runs.ts'
import { opTable } from './op-table.ts'
import { serveFolder } from './serve-folder.ts'

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

async function column(title: string, run: (from: number, to: number) => Promise<OpRun[]>): Promise<void> {
  const runs: OpRun[] = []
  for (let from = 0; from < caseCount; from += chunk) {
    runs.push(...(await run(from, from + chunk)))
    console.error(`${title}: ${runs.length} of ${caseCount}, ${runs.filter(r => r.error !== undefined).length} failed`)
  }
  columns.set(title, runs)
}

await column('Node cpu', inNode('cpu'))
const [probe] = await inNode('webgpu')(0, 1)
if (/none of the providers/.test(probe!.error ?? '')) console.error(`Node webgpu is left out: ${probe!.error}`)
else await column('Node webgpu', inNode('webgpu'))

const executable = findChromium()
if (executable === undefined) console.error(`Chromium is left out: ${noChromium}`)
else {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-ops-'))
  const server = await serveFolder(folder, { mounts: { '/ort/': ortFolder } })
  const browser = await startChromium(executable)
  try {
    await bundlePage(join(import.meta.dirname, 'page/op-runs.ts'), folder, {
      '@portolan/test-kit': join(import.meta.dirname, '../test-kit/src/numbers.ts'),
    })
    const page = await browser.newPage()
    await page.goto(server.url)
    await page.waitForFunction('globalThis.opRuns !== undefined')
    for (const provider of ['wasm', 'webgpu'] satisfies Provider[])
      await column(`Chromium ${provider}`, (from, to) => page.evaluate(`opRuns('${provider}', ${from}, ${to})`))
  } finally {
    await browser.close()
    await server.close()
    await rm(folder, { recursive: true })
  }
}
await writeFile(join(import.meta.dirname, '../../apps/docs/op-providers.md'), opTable(columns))
