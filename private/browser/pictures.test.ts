import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundlePage } from './bundle-page.ts'
import { findChromium, noChromium, startChromium } from './chromium.ts'
import type { Pictures } from './page/pictures.ts'
import { serveFolder } from './serve-folder.ts'

const executable = findChromium()

describe.skipIf(!executable)(`pictures and bytes in a page${executable ? '' : ` (${noChromium})`}`, () => {
  it('come from canvases, bitmaps, files and addresses; what is none is refused by name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portolan-pictures-'))
    await bundlePage(join(import.meta.dirname, 'page/pictures.ts'), folder)
    const server = await serveFolder(folder)
    const browser = await startChromium(executable!)
    try {
      const page = await browser.newPage()
      await page.goto(server.url)
      await page.waitForFunction('globalThis.pictures !== undefined')
      const { sources, grey, small, bytes, unpacked, errors } = (await page.evaluate('pictures()')) as Pictures
      const row = (left: number): number[] => [left, left, 255, 255]
      const [red, green, blue] = [255, 0, 51].map(v => [...row(v), ...row(v)])
      for (const [name, picture] of Object.entries(sources))
        expect(picture, name).toEqual({ shape: [3, 2, 4], data: [red, green, blue].flat() })
      const dark = 255 - Math.round(0.2126 * 255 + 0.0722 * 51)
      expect(grey).toEqual({ shape: [1, 2, 4], data: [dark, dark, 0, 0, dark, dark, 0, 0] })
      expect(small.shape).toEqual([3, 1, 2])
      expect(String.fromCharCode(...bytes)).toBe('PNG')
      expect(unpacked).toEqual(Array.from({ length: 1000 }, (_, i) => i % 7))
      expect(errors).toEqual([
        expect.stringMatching(/^FormatError: words.png: this is no picture/),
        expect.stringMatching(/^FormatError: \/nowhere.png: could not be fetched: 404/),
        expect.stringMatching(/^RangeError: readPicture: width must be an integer from 1/),
        expect.stringMatching(/^FormatError: half.png: it has 4 × 2 pixels, more than 7/),
        expect.stringMatching(/^FormatError: half.gz: what is packed in it breaks off/),
        expect.stringMatching(/^FormatError: large.gz: it has more than 999 bytes/),
      ])
    } finally {
      await browser.close()
      await server.close()
      await rm(folder, { recursive: true })
    }
  }, 120_000)
})
