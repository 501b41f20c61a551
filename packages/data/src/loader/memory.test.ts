import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HostRng } from '@portolan/core'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { imageFolder } from '../source/image-folder.ts'
import { compose } from '../transform/compose.ts'
import { horizontalFlip } from '../transform/flip.ts'
import { randomResizedCrop } from '../transform/random-crop.ts'
import { loader } from './loader.ts'

const PHOTOS = 96
const SIZE = 160
const BATCH = 8
let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'portolan-'))
  await mkdir(join(root, 'a'))
  const rng = new HostRng(1)
  const pixels = Uint8Array.from({ length: 3 * 200 * 240 }, () => rng.integer(256))
  for (let i = 0; i < PHOTOS; i++)
    await sharp(pixels, { raw: { width: 240, height: 200, channels: 3 } })
      .jpeg()
      .toFile(join(root, 'a', `${i}.jpg`))
})
afterAll(() => rm(root, { recursive: true }))

/** Bytes of arrays and of JavaScript that are still in use. */
function inUse(): number {
  globalThis.gc!()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

it('memory stays flat over a pass, and over many', async () => {
  const photos = await imageFolder(root, { workers: 2 })
  const each = compose(randomResizedCrop(SIZE), horizontalFlip({ p: 0.5 }))
  const batches = loader(photos, { batchSize: BATCH, shuffle: true, each })
  const batch = BATCH * 3 * SIZE * SIZE * 4 // bytes; a pass makes 12 of them
  const pass = async (watch?: () => void): Promise<void> => {
    for await (const { image } of batches) {
      expect(image.shape).toEqual([BATCH, 3, SIZE, SIZE])
      await new Promise(setImmediate) // finalizers run between tasks
      watch?.()
    }
  }
  await pass()
  const within: number[] = []
  await pass(() => within.push(inUse()))
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length
  expect(mean(within.slice(-4)) - mean(within.slice(0, 4))).toBeLessThan(4 * batch) // a leak would hold 8 more
  const { rss } = process.memoryUsage()
  for (let i = 0; i < 8; i++) await pass()
  expect(inUse() - mean(within)).toBeLessThan(4 * batch)
  expect(process.memoryUsage().rss - rss).toBeLessThan(40 * batch) // 96 were made
})
