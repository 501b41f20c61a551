import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RangeError, ShapeError, tensor } from '@portolan/core'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { latentPlane, latentWalk, saveGif, tile, toPictures } from '../node.ts'

it('samples become bytes, what is beyond the range black or white', async () => {
  const [a, b] = await toPictures(tensor([-1, 0, 1, 2], [2, 1, 1, 2]), { range: [-1, 1] })
  expect([a!.shape, [...a!.data], [...b!.data]]).toEqual([
    [1, 1, 2],
    [0, 128],
    [255, 255],
  ])
  await expect(toPictures(tensor([[1]]))).rejects.toThrow(ShapeError)
  await expect(toPictures(tensor([1], [1, 1, 1, 1]), { range: [1, 1] })).rejects.toThrow(RangeError)
})

it('pictures stand in rows', () => {
  const of = (v: number) => ({ shape: [1, 1, 1], data: Uint8Array.of(v) })
  const { shape, data } = tile([of(1), of(2), of(3)], { columns: 2, scale: 2 })
  expect(shape).toEqual([1, 10, 10])
  const at = (y: number, x: number) => data[10 * y + x]
  expect([at(2, 2), at(3, 3), at(2, 6), at(6, 2), at(6, 6), at(0, 0), at(4, 2)]).toEqual([1, 1, 2, 3, 255, 255, 255])
  expect(() => tile([])).toThrow(RangeError)
  expect(() => tile([of(1), { shape: [1, 1, 2], data: Uint8Array.of(1, 2) }])).toThrow(ShapeError)
})

it('a walk passes its stops, on the sphere or straight', () => {
  const stops = tensor([[1, 0], [0, 1], [-1, 0]]) // prettier-ignore
  const points = (options: object) => latentWalk(stops, { steps: 2, ...options }).dataSync()
  const half = Math.SQRT1_2
  ;[1, 0, half, half, 0, 1, -half, half, -1, 0].forEach((v, i) => expect(points({})[i]).toBeCloseTo(v, 6))
  expect([...points({ spherical: false })]).toEqual([1, 0, 0.5, 0.5, 0, 1, -0.5, 0.5, -1, 0])
  expect(latentWalk(stops, { steps: 2, closed: true, spherical: false }).shape).toEqual([6, 2])
  expect(() => latentWalk(tensor([[1, 0]]))).toThrow(ShapeError)
  expect(() => latentWalk(stops, { steps: 0 })).toThrow(RangeError)
})

it('a plane has cells of one probability', () => {
  const points = latentPlane(4).dataSync() // quantiles at 1/8, 3/8, 5/8, 7/8
  expect(latentPlane(4).shape).toEqual([16, 2])
  ;[-1.1503494, -0.3186394, 0.3186394, 1.1503494].forEach((v, i) => {
    expect(points[2 * i]).toBeCloseTo(v, 6)
    expect(points[2 * 4 * i + 1]).toBeCloseTo(-v, 6)
  })
  expect(() => latentPlane(1)).toThrow(RangeError)
})

it('a GIF has the frames and their times', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-gif-'))
  try {
    const file = join(folder, 'a.gif')
    const frame = (v: number) => ({ shape: [1, 2, 3], data: new Uint8Array(6).fill(v) })
    await saveGif(file, [frame(0), frame(128), frame(255)], { delay: 50, last: 1000 })
    const bytes = await readFile(file)
    const { pages, delay, width, height } = await sharp(bytes).metadata()
    expect([pages, delay, width, height]).toEqual([3, [50, 50, 1000], 3, 2])
    const second = await sharp(bytes, { page: 1 }).removeAlpha().raw().toBuffer()
    expect(Math.abs(second[0]! - 128)).toBeLessThan(3)
    await expect(saveGif(file, [])).rejects.toThrow(RangeError)
    await expect(saveGif(file, [frame(0)], { delay: 1 })).rejects.toThrow(RangeError)
    expect(await readFile(file)).toEqual(bytes)
  } finally {
    await rm(folder, { recursive: true })
  }
})
