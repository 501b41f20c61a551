// The CNN (32, 64, 128 wide; batches of 128) side by side, in milliseconds a step: in a page on wasm, in Node, and in the same page on
// tfjs's cpu backend; medians of rounds that take turns.
//   node --conditions=@portolan/source --import tsx private/browser/race.ts [ROUNDS]
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { onnx } from '@portolan/export-onnx'
import { bundlePage, ortFolder } from './bundle-page.ts'
import { findChromium, noChromium, startChromium } from './chromium.ts'
import type { Times } from './page/race.ts'
import { median, stepTimes } from './page/step-times.ts'
import { serveFolder } from './serve-folder.ts'

const executable = findChromium()
if (executable === undefined) throw new Error(noChromium)
const rounds = Number(process.argv[2] ?? 3)
const threads = 2

const folder = await mkdtemp(join(tmpdir(), 'portolan-race-'))
await bundlePage(join(import.meta.dirname, 'page/race.ts'), folder)
const server = await serveFolder(folder, { mounts: { '/ort/': ortFolder } })
const browser = await startChromium(executable)
try {
  const page = await browser.newPage()
  await page.goto(server.url)
  await page.waitForFunction('globalThis.race !== undefined')
  const all: (Times & { node: number })[] = []
  for (let i = 0; i < rounds; i++) {
    all.push({ node: median(await stepTimes(onnx({ threads }))), ...((await page.evaluate(`race(${threads})`)) as Times) })
    console.error(JSON.stringify(all.at(-1)))
  }
  const of = (key: keyof (typeof all)[number]): number => median(all.map(r => r[key]))
  const row = (name: string, key: keyof (typeof all)[number], against: keyof (typeof all)[number]): string =>
    `| ${name} | ${of(key).toFixed(1)} | ${all.map(r => r[key].toFixed(0)).join(', ')} | ${(of(key) / of(against)).toFixed(2)} |`
  console.log(`Node ${process.version}, Chromium ${browser.version()}, ${cpus()[0]!.model}, ${cpus().length} cores, ${threads} threads\n`)
  console.log('| where | ms a step | rounds | times the one in Node |\n| --- | --- | --- | --- |')
  console.log(row('Node, cpu', 'node', 'node'))
  console.log(row('page, wasm', 'wasm', 'node'))
  console.log(row('page, wasm in a worker', 'worker', 'node'))
  console.log(row('page, tfjs 4.22 cpu', 'tfjs', 'node'))
  console.log(
    `\ntfjs takes ${(of('tfjs') / of('wasm')).toFixed(1)} times as long as wasm, ${(of('tfjs') / of('worker')).toFixed(1)} times as a worker.`,
  )
} finally {
  await browser.close()
  await server.close()
  await rm(folder, { recursive: true })
}
