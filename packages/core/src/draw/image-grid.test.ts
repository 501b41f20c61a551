import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { RangeError, ShapeError } from '../errors.ts'
import { imageGrid, type Picture } from './image-grid.ts'

const grey: Picture = { shape: [2, 3], data: Uint8Array.of(0, 50, 100, 150, 200, 255) }
const attributes = (tag: string) => Object.fromEntries([...tag.matchAll(/([\w:-]+)="([^"]*)"/g)].map(m => [m[1]!, m[2]!]))
const images = (svg: string) => [...svg.matchAll(/<image [^>]*>/g)].map(m => attributes(m[0]))
const png = (image: Record<string, string>) => decode(Buffer.from(image['xlink:href']!.replace('data:image/png;base64,', ''), 'base64'))

describe('imageGrid', () => {
  it('embeds the pictures without changing a byte, channels last', async () => {
    const rgb: Picture = { shape: [3, 1, 2], data: Uint8Array.of(1, 2, 10, 20, 100, 200) }
    const rgba: Picture = { shape: [4, 1, 1], data: Uint8ClampedArray.of(1, 2, 3, 4) }
    const decoded = images(await imageGrid([grey, { ...grey, shape: [1, 2, 3] }, rgb, rgba])).map(png)
    expect(decoded.map(({ width, height, channels }) => [width, height, channels])).toEqual([[3, 2, 1], [3, 2, 1], [2, 1, 3], [1, 1, 4]]) // prettier-ignore
    expect(decoded.map(({ data }) => [...data])).toEqual([[...grey.data], [...grey.data], [1, 10, 100, 2, 20, 200], [1, 2, 3, 4]])
  })

  it('lays them out in columns without overlap, inside the drawing', async () => {
    const svg = await imageGrid([grey, grey, grey, grey, grey], { columns: 2, scale: 10, captions: ['a', 'b', 'c', 'd', 'e'] })
    const boxes = images(svg).map(({ x, y, width, height }) => [x, y, width, height].map(Number))
    expect(boxes.map(([, , w, h]) => `${w}x${h}`)).toEqual(Array(5).fill('30x20'))
    expect(new Set(boxes.map(([x]) => x)).size).toBe(2)
    expect(new Set(boxes.map(([, y]) => y)).size).toBe(3)
    expect(boxes[1]![0]! - boxes[0]![0]!).toBeGreaterThanOrEqual(30)
    expect(boxes[2]![1]! - boxes[0]![1]!).toBeGreaterThanOrEqual(20 + 12)
    const { width, height } = attributes(svg.slice(0, svg.indexOf('>')))
    expect(boxes[1]![0]! + 30).toBeLessThan(Number(width))
    expect(boxes[4]![1]! + 20 + 12).toBeLessThan(Number(height))
  })

  it('draws wrong captions in red, and escapes them all', async () => {
    const svg = await imageGrid([grey, grey], { captions: ['<7>', { text: '"3" & 5', wrong: true }], title: 'a < b' })
    expect(svg).toMatch(/<text [^>]*fill="#1f2933"[^>]*>&#60;7&#62;<\/text>/)
    expect(svg).toMatch(/<text [^>]*fill="#c8102e"[^>]*>&#34;3&#34; &#38; 5<\/text>/)
    expect(svg).toContain('>a &#60; b</text>')
  })

  it.each<[string, Picture]>([
    ['two channels', { shape: [2, 4, 4], data: new Uint8Array(32) }],
    ['a batch', { shape: [1, 1, 4, 4], data: new Uint8Array(16) }],
    ['an empty picture', { shape: [0, 4], data: new Uint8Array(0) }],
    ['too few bytes', { shape: [3, 3], data: new Uint8Array(8) }],
  ])('refuses %s', async (_, picture) => {
    await expect(imageGrid([grey, picture])).rejects.toThrow(ShapeError)
    await expect(imageGrid([grey, picture])).rejects.toThrow('images[1]')
  })

  it('refuses none at all, half a column, and captions of another number', async () => {
    await expect(imageGrid([])).rejects.toThrow(RangeError)
    await expect(imageGrid([grey], { columns: 0.5 })).rejects.toThrow(RangeError)
    await expect(imageGrid([grey], { captions: [] })).rejects.toThrow('imageGrid: 1 pictures need 1 captions, got 0.')
  })
})
