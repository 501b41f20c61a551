// The CNN side by side, in milliseconds a step: in a page on wasm, in Node, and in the page on tfjs's plain backend.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onnx } from '@portolan/export-onnx'
import { bundlePage, ortFolder } from './bundle-page.ts'
import { findChromium, noChromium, startChromium } from './chromium.ts'
import { trainCnn } from './page/cnn.ts'
import { serveFolder } from './serve-folder.ts'

const executable = findChromium()
if (executable === undefined) throw new Error(noChromium)
const threads = 2
const times: number[] = []
let last = performance.now()
await trainCnn(onnx({ threads }), { widths: [32, 64, 128], batch: 128, steps: 30 }, async (_, loss) => {
  await loss.item()
  times.push(performance.now() - last)
  last = performance.now()
})
const node = times.slice(4).toSorted((a, b) => a - b)[13]!

const folder = await mkdtemp(join(tmpdir(), 'portolan-race-'))
await bundlePage(join(import.meta.dirname, 'page/race.ts'), folder)
const server = await serveFolder(folder, { mounts: { '/ort/': ortFolder } })
const browser = await startChromium(executable)
try {
  const page = await browser.newPage()
  await page.goto(server.url)
  await page.waitForFunction('globalThis.race !== undefined')
  const { wasm, worker, tfjs } = (await page.evaluate(`race(${threads})`)) as Record<'wasm' | 'worker' | 'tfjs', number>
  const ratio = (a: number, b: number): string => `${(a / b).toFixed(1)}×`
  console.log(
    `Node ${node.toFixed(1)} ms a step, wasm ${wasm.toFixed(1)} (${ratio(wasm, node)} Node's), wasm in a worker ${worker.toFixed(1)}`,
  )
  console.log(`tfjs in plain JavaScript ${tfjs.toFixed(0)} ms: ${ratio(tfjs, wasm)} wasm's`)
} finally {
  await browser.close()
  await server.close()
  await rm(folder, { recursive: true })
}
