import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onnx, type OnnxOptions } from '@portolan/export-onnx'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundlePage, ortFolder } from './bundle-page.ts'
import { findChromium, noChromium, startChromium } from './chromium.ts'
import { trainCnn, type CnnOptions } from './page/cnn.ts'
import type { Report } from './page/train.ts'
import { serveFolder } from './serve-folder.ts'

const executable = findChromium()
const small: CnnOptions = { widths: [8, 16, 32], batch: 8, steps: 200 }

describe.skipIf(!executable)(`a page trains the CNN as Node does${executable ? '' : ` (${noChromium})`}`, () => {
  let [folder, browser, page]: [string, Browser, Page] = [] as never
  let server: Awaited<ReturnType<typeof serveFolder>>
  const said: string[] = []
  let expected: number[] = []

  beforeAll(async () => {
    expected = (await trainCnn(onnx({ threads: 1 }), small)).losses
    folder = await mkdtemp(join(tmpdir(), 'portolan-page-'))
    await bundlePage(join(import.meta.dirname, 'page/train.ts'), folder)
    server = await serveFolder(folder, { mounts: { '/ort/': ortFolder } })
    browser = await startChromium(executable!)
    page = await browser.newPage()
    page.on('console', m => m.type() === 'error' && said.push(m.text()))
    page.on('pageerror', e => said.push(String(e)))
    await page.goto(server.url)
    await page.waitForFunction('globalThis.train !== undefined')
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    if (folder) await rm(folder, { recursive: true })
  })

  const inPage = (engine: OnnxOptions, options: CnnOptions = small): Promise<Report> =>
    page.evaluate(([e, o]) => (globalThis as unknown as { train(e: OnnxOptions, o: CnnOptions): Promise<Report> }).train(e!, o!), [
      engine,
      options,
    ] as [OnnxOptions, CnnOptions])
  const furthest = (losses: readonly number[]): number => Math.max(...losses.map((l, i) => Math.abs(l - expected[i]!)))

  it('learns, in Node', () => expect(expected.at(-1)).toBeLessThan(0.2 * expected[0]!))

  // other work on the machine can hold up the page: of three attempts one must be free of it
  const attempts = { retry: 2, timeout: 600_000 }
  it('on wasm in a worker: 200 losses, the page never busy for 50 ms', attempts, async () => {
    const { losses, provider, long, times } = await inPage({ providers: ['wasm'], worker: true })
    expect([provider, times.length, long]).toEqual(['wasm', 200, []])
    expect(furthest(losses)).toBeLessThan(1e-3)
  })

  it('on wasm in the page itself: the same losses as in a worker', async () => {
    const few = { ...small, steps: 20 }
    const [there, here] = [await inPage({ providers: ['wasm'], worker: true }, few), await inPage({ providers: ['wasm'] }, few)]
    expect(here.losses).toEqual(there.losses)
  }, 300_000)

  it('on WebGPU in a worker: 200 losses, state stays on the GPU, the page never busy for 50 ms', attempts, async () => {
    const { losses, provider, long, reads, weights } = await inPage({ providers: ['webgpu'], worker: true })
    expect([provider, long]).toEqual(['webgpu', []])
    expect(furthest(losses)).toBeLessThan(1e-3)
    // the loss of every 50th step while it trains; then the other losses and eight weights
    expect(reads).toEqual([4, 4 + 196 + 8])
    expect(Object.values(weights).flat().every(Number.isFinite)).toBe(true)
  })

  it('takes the next provider and says why', async () => {
    const { provider, missing } = await inPage({ providers: ['cuda', 'webnn', 'wasm'] }, { ...small, steps: 1 })
    expect(provider).toBe('wasm')
    expect(missing).toEqual([expect.stringMatching(/^cuda: .* is for Node/), expect.stringMatching(/^webnn: this browser has no WebNN/)])
    await expect(inPage({ providers: ['cuda'] }, { ...small, steps: 1 })).rejects.toThrow(
      /none of the providers.*\n.*cuda: 'cuda' is for Node/,
    )
  }, 300_000)

  it('in float16 where the adapter has it, and otherwise says that it has not', async () => {
    const few = { ...small, steps: 3 }
    const has = await page.evaluate(`navigator.gpu.requestAdapter().then(a => a.features.has('shader-f16'))`)
    const heard = await inPage({ providers: ['webgpu'], worker: true, precision: 'float16' }, few).then(
      ({ losses }) => (furthest(losses) < 0.02 ? 'learns' : `${losses} for ${expected}`),
      String,
    )
    expect(heard).toMatch(has ? /^learns$/ : /can be had here with float16.\n.*webgpu: it has no float16/)
    // onnxruntime itself tells the console which kernel it could not make
    expect(said.splice(0).filter(text => has || !text.includes('Cast requires f16'))).toEqual([])
    await expect(inPage({ providers: ['wasm'], precision: 'float16' }, few)).rejects.toThrow(/wasm: processors compute float16 by way/)
  }, 300_000)

  it('a lost device is an error that says what to do', async () => {
    const message = await page.evaluate(`loseDevice(${JSON.stringify({ ...small, steps: 5 })})`)
    expect(message).toMatch(/the WebGPU device is gone.*Load the last checkpoint/)
  }, 300_000)

  it('says nothing on the console', () => expect(said).toEqual([]))
})
