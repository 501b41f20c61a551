import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FormatError, HostRng, RangeError, ShapeError } from '@portolan/core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readImage, writeImage } from './image-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-'))
})
afterAll(() => rm(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

/** A 2 × 1 PNG: red beside green. */
const redGreen = { data: Uint8Array.of(255, 0, 0, 255, 0, 0), shape: [3, 1, 2] }

describe('writeImage and readImage', () => {
  it('keep every byte of grey and coloured pictures', async () => {
    const rng = new HostRng(1)
    for (const shape of [
      [1, 5, 7],
      [3, 4, 6],
      [28, 28],
    ]) {
      const data = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.integer(256))
      await writeImage(at('x.png'), { data, shape })
      const channels = shape.length === 3 && shape[0] === 3 ? 3 : 1
      expect(await readImage(at('x.png'), { channels })).toEqual({ data, shape: shape.length === 2 ? [1, ...shape] : shape })
    }
    expect(await readdir(folder)).toEqual(['x.png'])
  })

  it('give a PNG that others read', async () => {
    await writeImage(at('rg.png'), redGreen)
    const { data, info } = await sharp(at('rg.png')).raw().toBuffer({ resolveWithObject: true })
    expect([info.width, info.height, info.channels, ...data]).toEqual([2, 1, 3, 255, 0, 0, 0, 255, 0])
  })
})

describe('readImage', () => {
  it('resizes, weighs colours to brightness, and inverts', async () => {
    await writeImage(at('rg.png'), redGreen)
    expect((await readImage(at('rg.png'), { width: 8, height: 4 })).shape).toEqual([3, 4, 8])
    expect((await readImage(at('rg.png'), { width: 8 })).shape).toEqual([3, 4, 8])
    const [red, green] = (await readImage(at('rg.png'), { channels: 1 })).data
    expect(green).toBeGreaterThan(red! + 50) // Rec. 709: green weighs 0.7152, red 0.2126.
    expect([...(await readImage(at('rg.png'), { invert: true })).data]).toEqual([0, 255, 255, 0, 255, 255])
    await writeImage(at('grey.png'), { data: Uint8Array.of(0, 10, 255, 100), shape: [2, 2] })
    expect([...(await readImage(at('grey.png'), { channels: 1, invert: true })).data]).toEqual([255, 245, 0, 155])
    expect([...(await readImage(at('grey.png'))).data]).toEqual([0, 10, 255, 100, 0, 10, 255, 100, 0, 10, 255, 100])
  })

  it('lays transparent pixels on white and turns as the camera says', async () => {
    await sharp(Buffer.from([9, 9, 9, 0, 50, 60, 70, 255]), { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toFile(at('clear.png'))
    expect([...(await readImage(at('clear.png'))).data]).toEqual([255, 50, 255, 60, 255, 70])
    expect([...(await readImage(at('clear.png'), { invert: true })).data]).toEqual([0, 205, 0, 195, 0, 185])
    await sharp(Buffer.alloc(6), { raw: { width: 2, height: 1, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(at('turned.jpg'))
    expect((await readImage(at('turned.jpg'))).shape).toEqual([3, 2, 1])
  })

  it('reads the bytes of a picture, too', async () => {
    await writeImage(at('bytes.png'), { data: Uint8Array.of(1, 2, 3, 4), shape: [2, 2] })
    expect([...(await readImage(await readFile(at('bytes.png')), { channels: 1 })).data]).toEqual([1, 2, 3, 4])
    await expect(readImage(Uint8Array.of(1, 2))).rejects.toThrow(/^the given picture: this is no readable picture .* it has 2 bytes/)
  })
  it('reads 16-bit PNG as 8-bit', async () => {
    await sharp(Uint16Array.of(0, 65535), { raw: { width: 2, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(at('deep.png'))
    expect([...(await readImage(at('deep.png'), { channels: 1 })).data]).toEqual([0, 255])
  })

  it('refuses truncated, corrupt and other files, and too many pixels, naming the file', async () => {
    const photo = { data: Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * 37) % 256), shape: [3, 64, 64] }
    await writeImage(at('photo.png'), photo)
    const png = await readFile(at('photo.png'))
    const jpeg = await sharp(png).jpeg().toBuffer()
    const corrupt = Buffer.from(png)
    corrupt.fill(0, 60, 400)
    const cases: [string, Buffer][] = [
      ['cut.png', png.subarray(0, png.length / 2)],
      ['cut.jpg', jpeg.subarray(0, jpeg.length / 2)],
      ['head.png', png.subarray(0, 8)],
      ['corrupt.png', corrupt],
      ['text.png', Buffer.from('this is no picture')],
      ['empty.png', Buffer.alloc(0)],
    ]
    for (const [name, bytes] of cases) {
      await writeFile(at(name), bytes)
      const error: unknown = await readImage(at(name)).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(FormatError)
      expect((error as Error).message).toContain(`${at(name)}: this is no readable picture (`)
      expect((error as Error).message).toContain(`it has ${bytes.length} bytes`)
      expect((error as Error).cause).toBeInstanceOf(Error)
    }
    await expect(readImage(at('photo.png'), { maxPixels: 64 * 64 - 1 })).rejects.toThrow(/pixel limit/)
    await expect(readImage(at('none.png'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('refuses options outside their ranges', async () => {
    await expect(readImage('x', { width: 0 })).rejects.toThrow(RangeError)
    await expect(readImage('x', { height: 2.5 })).rejects.toThrow(/height must be an integer from 1 to 32768, got 2.5/)
    await expect(readImage('x', { channels: 2 as 1 })).rejects.toThrow(/channels must be 1 or 3, got 2/)
  })
})

describe('writeImage', () => {
  it('refuses what is no picture and leaves the file as it was', async () => {
    await writeFile(at('old.png'), 'old')
    for (const shape of [[4], [2, 2, 1], [1, 2, 3], [1, 1, 2, 2], [0, 0], [2, 2, 2]])
      await expect(writeImage(at('old.png'), { data: new Uint8Array(4), shape })).rejects.toThrow(ShapeError)
    expect(await readFile(at('old.png'), 'utf8')).toBe('old')
  })
})
