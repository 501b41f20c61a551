import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FormatError, RangeError } from '../../errors.ts'
import { imageGrid } from '../image-grid.ts'
import { savePicture } from './save-picture.ts'
import { svgToPng } from './svg-to-png.ts'

const svg = (inside: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#ffffff"/>${inside}</svg>`

describe('svgToPng', () => {
  it('draws shapes at the scale asked for', async () => {
    const square = svg('<rect x="10" y="5" width="10" height="10" fill="#0072b2"/>')
    for (const scale of [1, 2, 3]) {
      const { width, height, data, channels } = decode(await svgToPng(square, { scale }))
      expect([width, height]).toEqual([40 * scale, 20 * scale])
      const pixel = (x: number, y: number) => Array.from(data.subarray((y * width + x) * channels, (y * width + x) * channels + 3))
      expect(pixel(15 * scale, 10 * scale)).toEqual([0x00, 0x72, 0xb2])
      expect(pixel(25 * scale, 10 * scale)).toEqual([255, 255, 255])
    }
    expect(await svgToPng(square)).toEqual(await svgToPng(square, { scale: 2 }))
  })

  it.each(['Loss 0.5', '3 → 5 ✗', 'Ä é ß Я λ'])('draws "%s" with its own font', async text => {
    const { data, width } = decode(await svgToPng(svg(`<text x="2" y="15" font-size="9" font-family="Inter, Nowhere">${text}</text>`)))
    const dark = new Set<number>()
    data.forEach((value, i) => i % 4 === 0 && value < 100 && dark.add((i / 4) % width))
    expect(dark.size).toBeGreaterThan(4 * text.replaceAll(' ', '').length)
  })

  it('keeps the pixels of an enlarged picture sharp', async () => {
    const { data, width } = decode(
      await svgToPng(await imageGrid([{ shape: [1, 2], data: Uint8Array.of(0, 200) }], { scale: 20 }), { scale: 1 }),
    )
    const row = Array.from(data.subarray(26 * width * 4, 27 * width * 4)).filter((_, i) => i % 4 === 0)
    expect(row.slice(16, 56)).toEqual([...Array(20).fill(0), ...Array(20).fill(200)])
  })

  it('refuses what is no SVG', async () => {
    await expect(svgToPng('<html>')).rejects.toThrow(FormatError)
  })
})

describe('savePicture', () => {
  let folder = ''
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'portolan-'))))
  afterEach(() => rm(folder, { recursive: true }))

  it('writes what the ending says', async () => {
    await savePicture(join(folder, 'a.svg'), svg(''))
    await savePicture(join(folder, 'a.PNG'), svg(''), { scale: 1 })
    expect(await readFile(join(folder, 'a.svg'), 'utf8')).toBe(svg(''))
    expect(decode(await readFile(join(folder, 'a.PNG'))).width).toBe(40)
  })

  it('refuses other endings, and writes nothing', async () => {
    await expect(savePicture(join(folder, 'a.jpg'), svg(''))).rejects.toThrow(RangeError)
    await expect(savePicture(join(folder, 'a'), svg(''))).rejects.toThrow(/must end in \.svg or \.png/)
    expect(await readdir(folder)).toEqual([])
  })
})
