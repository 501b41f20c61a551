import assert from 'node:assert/strict'
import { findChromium, noChromium, startChromium } from '@portolan/browser-tests/chromium.ts'
import { serveFolder } from '@portolan/browser-tests/serve-folder.ts'
import { plainPage, viteApp, viteDevelopment, webpackApp } from './bundlers.ts'

type Browser = Awaited<ReturnType<typeof startChromium>>
interface Served {
  url: string
  close(): Promise<void>
}
interface Report {
  isolated: boolean
  engines: { provider: string; losses: number[]; at10: number[] }[]
}

/** How pages without a bundler find the packages. */
const imports = {
  '@portolan/core': '/node_modules/@portolan/core/dist/plain/index.js',
  '@portolan/core/engine': '/node_modules/@portolan/core/dist/plain/engine.js',
  '@portolan/export-onnx': '/node_modules/@portolan/export-onnx/dist/plain/browser.js',
  'onnxruntime-web/wasm': '/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs',
  'onnxruntime-web/webgpu': '/node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs',
}

const asked = [
  { providers: ['wasm'] },
  { providers: ['wasm'], worker: true },
  { providers: ['webgpu'] },
  { providers: ['webgpu'], worker: true },
]

/** The published packages in pages that others make: trained in the page and in a worker, with the losses that Node has. */
export async function checkPages(consumer: string, expected: readonly number[]): Promise<void> {
  const executable = findChromium()
  if (executable === undefined) {
    console.log(`pages by Vite, by webpack and by hand: skipped, ${noChromium}`)
    return
  }
  const browser = await startChromium(executable)
  try {
    await checkPage(browser, 'a page by Vite', await serveFolder(await viteApp(consumer)), expected)
    await checkPage(browser, "a page of Vite's development server", await viteDevelopment(consumer), expected)
    await checkPage(browser, 'a page by webpack', await serveFolder(await webpackApp(consumer)), expected)
    await checkPage(browser, 'a page by hand', await serveFolder(plainPage(consumer, imports)), expected)
    await checkPage(browser, 'a page by hand, without threads', await serveFolder(consumer, { isolated: false }), expected)
  } finally {
    await browser.close()
  }
}

async function checkPage(browser: Browser, what: string, server: Served, expected: readonly number[]): Promise<void> {
  const page = await browser.newPage()
  const said: string[] = []
  page.on('console', m => ['error', 'warning'].includes(m.type()) && said.push(m.text()))
  page.on('pageerror', e => said.push(String(e)))
  try {
    await page.goto(server.url)
    await page.waitForFunction('globalThis.run !== undefined')
    const { isolated, engines } = (await page.evaluate(`run(${JSON.stringify(asked)})`)) as Report
    for (const [i, { provider, losses, at10 }] of engines.entries()) {
      const where = `${what} on ${provider}${asked[i]!.worker ? ' in a worker' : ''}`
      assert.equal(provider, asked[i]!.providers[0], where)
      const apart = Math.max(...losses.map((loss, k) => Math.abs(loss - expected[k]!)))
      assert(apart < 1e-4, `${where}: the losses are ${apart} from those in Node`)
      assert(Math.abs(at10[0]! - 21) < 0.1, `${where}: the exported line has ${at10} at 10 and -1`)
    }
    const threads = 'one thread instead of 2' // the only thing that a page is told, once, where it has no threads
    assert.deepEqual(
      said.filter(text => isolated || !text.includes(threads)),
      [],
      `${what} has something on its console`,
    )
    assert.equal(said.length, isolated ? 0 : 1, `${what}: ${said.join('\n')}`)
    console.log(`${what}: trains on ${asked.length} engines, nothing on its console${isolated ? '' : ' but that it has one thread'}`)
  } finally {
    await page.close()
    await server.close()
  }
}
