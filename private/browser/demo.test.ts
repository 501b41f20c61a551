// Walks the demo as somebody would. With PORTOLAN_PICTURES=apps/docs/pictures it also trains for a while and keeps what it looks like.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tensor } from '@portolan/core'
import { loadCheckpoint } from '@portolan/core/node'
import { digits, encodeIdx, loader } from '@portolan/data'
import { OnnxModel } from '@portolan/export-onnx'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { DigitNet } from '../../apps/docs/demo/training/network.ts'
import { findChromium, noChromium, startChromium } from './chromium.ts'
import { serveFolder } from './serve-folder.ts'

const executable = findChromium()
const demo = join(import.meta.dirname, '../../apps/docs/demo')
const { PORTOLAN_PICTURES: pictures } = process.env

describe.skipIf(!executable)(`the demo${executable ? '' : ` (${noChromium})`}`, () => {
  let [folder, browser, page]: [string, Browser, Page] = [] as never
  let server: Awaited<ReturnType<typeof serveFolder>>
  const said: string[] = []
  const { test } = digits({ train: 1, test: 200, seed: 5 })

  const text = async (id: string): Promise<string> => (await page.textContent(`#${id}`)) ?? ''
  const step = async (): Promise<number> => Number((await text('step')).replaceAll(',', ''))
  const expectSoon = async (f: () => Promise<boolean>): Promise<void> => void (await vi.waitUntil(f, { timeout: 240_000, interval: 100 }))
  const trainTo = async (n: number): Promise<void> => {
    await page.keyboard.press('t')
    await expectSoon(async () => (await step()) >= n)
  }
  const stop = async (): Promise<void> => {
    await page.click('#train')
    await expectSoon(async () => (await text('train')) === 'Go on')
  }
  const download = async (id: string): Promise<{ name: string; path: string }> => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.click(`#${id}`)])
    const name = file.suggestedFilename()
    await file.saveAs(join(folder, name))
    return { name, path: join(folder, name) }
  }
  const picture = async (name: string, width = 1180): Promise<void> => {
    if (pictures === undefined) return
    await page.setViewportSize({ width, height: 900 })
    await page.mouse.move(0, 0)
    await new Promise(done => setTimeout(done, 500))
    const png = await page.screenshot({ fullPage: true, animations: 'disabled' })
    await writeFile(join(pictures, `demo-${name}.png`), await sharp(png).png({ palette: true, effort: 10 }).toBuffer())
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portolan-demo-'))
    const outDir = join(folder, 'demo')
    process.env.NODE_ENV = 'production' // or Vite would make what it makes for tests: a page without a service worker
    await build({ root: demo, configFile: join(demo, 'vite.config.ts'), logLevel: 'error', build: { outDir } })
    server = await serveFolder(outDir)
    browser = await startChromium(executable!)
    page = await browser.newPage({ viewport: { width: 1180, height: 900 } })
    page.setDefaultTimeout(200_000)
    page.on('console', m => ['error', 'warning'].includes(m.type()) && said.push(m.text()))
    page.on('pageerror', e => said.push(String(e)))
    await page.goto(server.url)
    await expectSoon(async () => (await page.locator('#filters canvas').count()) === 16)
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
    if (folder) await rm(folder, { recursive: true })
  }, 300_000)

  it('learns, stops between two steps and goes on', async () => {
    await picture('before')
    await trainTo(5)
    await stop()
    const there = await step()
    await new Promise(done => setTimeout(done, 500))
    expect(await step()).toBe(there)
    await page.click('#train')
    await expectSoon(async () => (await text('tested')) !== '–')
    await stop()
    expect(await step()).toBeGreaterThan(there)
    expect(parseFloat(await text('tested'))).toBeGreaterThan(70)
    expect(parseFloat(await text('loss-now'))).toBeLessThan(1.2)
  }, 600_000)

  it('reads what is drawn by pointer and by keys, and unseen digits', async () => {
    const { x, y, width } = (await page.locator('#pad').boundingBox())!
    await page.mouse.move(x + 0.5 * width, y + 0.15 * width)
    await page.mouse.down()
    await page.mouse.move(x + 0.46 * width, y + 0.85 * width, { steps: 20 })
    await page.mouse.up()
    await expectSoon(async () => (await text('read-as')) === 'Read as 1')
    await page.keyboard.press('c')
    await expectSoon(async () => (await text('read-as')) === '')
    await page.focus('#pad')
    await page.keyboard.press(' ')
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowDown')
    await expectSoon(async () => (await text('read-as')) === 'Read as 1')
    await page.keyboard.press('n')
    await expectSoon(async () => /^It is a \d\.$/.test(await text('label')))
  }, 300_000)

  it('gives files that Node goes on with', async () => {
    const model = await download('save-onnx')
    expect(model.name).toBe('digits.onnx')
    const onnx = await OnnxModel.load(model.path)
    let right = 0
    for await (const { image, label } of loader(test, { batchSize: 100 })) {
      const { output } = await onnx.predict({ image })
      const [found, labels] = [output!.argMax(1).dataSync(), label.dataSync()]
      right += Array.from(labels).filter((l, i) => found[i] === l).length
    }
    expect(right).toBeGreaterThan(0.7 * test.length)

    const state = await download('save-checkpoint')
    expect(state.name).toBe(`step-${String(await step()).padStart(8, '0')}.safetensors`)
    const net = await loadCheckpoint({ model: new DigitNet() }, folder)
    const [image] = [test.gather([0]).image]
    const x = tensor(
      Float32Array.from(image.data, v => v / 255),
      [1, 1, 28, 28],
    )
    const [here, there] = [net.model.forward(x).softmax(), (await onnx.predict({ image: x })).output!]
    expect(Math.max(...here.sub(there).abs().dataSync())).toBeLessThan(1e-5)
  }, 300_000)

  it('takes its files back: a checkpoint goes on where it was, an ONNX file answers', async () => {
    const there = await step()
    await page.keyboard.press('r')
    await expectSoon(async () => (await step()) === 0)
    await page.setInputFiles('#files', join(folder, `step-${String(there).padStart(8, '0')}.safetensors`))
    await expectSoon(async () => (await step()) === there)
    expect(parseFloat(await text('tested'))).toBeGreaterThan(70)
    await trainTo(there + 3)
    await stop()
    const bytes = [...(await readFile(join(folder, 'digits.onnx')))]
    const data = await page.evaluateHandle(b => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.from(b)], 'digits.onnx'))
      return transfer
    }, bytes)
    await page.dispatchEvent('main', 'drop', { dataTransfer: data })
    await expectSoon(async () => /^digits.onnx reads \d\d\.\d % of the unseen images right/.test(await text('note')))
  }, 240_000)

  it('says what is wrong with a file, and keeps what was there', async () => {
    const there = await step()
    await page.setInputFiles('#files', { name: 'half.safetensors', mimeType: '', buffer: Buffer.alloc(20) })
    await expectSoon(async () => (await text('note')).startsWith('half.safetensors: '))
    expect(await step()).toBe(there)
  }, 300_000)

  it("learns from somebody's own files in MNIST's format", async () => {
    const { image, label } = test.fields
    await page.setInputFiles('#files', [
      { name: 'train-images-idx3-ubyte', mimeType: '', buffer: Buffer.from(encodeIdx(image as never)) },
      { name: 'train-labels-idx1-ubyte', mimeType: '', buffer: Buffer.from(encodeIdx(label as never)) },
    ])
    await expectSoon(async () => (await text('data')).startsWith('167 your images'))
    await trainTo(2)
    await stop()
    expect(await step()).toBeGreaterThanOrEqual(2)
  }, 300_000)

  it('trains on WebGPU too, from where wasm was', async () => {
    await page.reload()
    await expectSoon(async () => (await page.locator('#filters canvas').count()) === 16)
    await trainTo(3)
    await page.click('text=WebGPU')
    await expectSoon(async () => /provider was wasm, is webgpu/.test(await text('note'))) // steps under way come first
    const there = await step()
    await expectSoon(async () => (await step()) >= there + 2)
    await stop()
  }, 300_000)

  it('fits a telephone, and shows where the keyboard is', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await new Promise(done => setTimeout(done, 300))
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    await page.setViewportSize({ width: 1180, height: 900 })
    const seen: string[] = []
    await page.click('h1')
    for (let i = 0; i < 9; i++) {
      await page.keyboard.press('Tab')
      seen.push(
        (await page.evaluate(
          `(() => { const e = document.activeElement; const s = getComputedStyle(e.matches('input') ? e.nextElementSibling : e); return (e.id || e.value) + ' ' + s.outlineStyle })()`,
        )) as string,
      )
    }
    expect(seen).toEqual(
      ['train', 'webgpu', 'start-over', 'pad', 'clear', 'sample', 'save-onnx', 'save-checkpoint', 'open'].map(id => `${id} solid`),
    )
  }, 300_000)

  it.runIf(pictures !== undefined)(
    'looks like this',
    async () => {
      await page.reload()
      await page.click('#sample')
      await trainTo(120)
      await picture('during')
      await expectSoon(async () => (await step()) >= 700)
      await stop()
      await picture('after')
      expect(parseFloat(await text('tested'))).toBeGreaterThan(90)
      await picture('phone', 360)
      await page.emulateMedia({ colorScheme: 'dark' })
      await picture('dark')
    },
    900_000,
  )

  it('works without a connection', async () => {
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
    await server.close()
    await page.reload()
    await expectSoon(async () => (await page.locator('#filters canvas').count()) === 16)
    await trainTo(2)
    await stop()
  }, 300_000)

  it('says nothing on the console', () => expect(said).toEqual([]))
})
