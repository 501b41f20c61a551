import { readFileSync } from 'node:fs'
import { HostRng } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import wabt from 'wabt'
import { PixelView } from './pixel-view.ts'
import { resampleKernel } from './resample-kernel.ts'
import { resampleSimd } from './resample-simd.ts'
import { resample } from './resample.ts'
import { tapsOf } from './taps.ts'

describe('resample', () => {
  it('gives the same bytes for pixels stored [h, w, 3], four at a time, as for planes, one at a time', () => {
    const rng = new HostRng(3)
    for (let round = 0; round < 120; round++) {
      const [h, w, height, width] = Array.from({ length: 4 }, () => 1 + rng.integer(round < 60 ? 12 : 70)) as [
        number,
        number,
        number,
        number,
      ]
      const [top, left] = [rng.integer(4), rng.integer(4)]
      const pitch = (w + 5) * 3
      const pixels = Uint8Array.from({ length: (h + 4) * pitch }, () => (round % 3 ? rng.integer(256) : 255 * rng.integer(2)))
      const stored = new PixelView(pixels, [3, h + 4, w + 5], [1, pitch, 3]).crop(top, left, h, w)
      const planes = new PixelView(stored.data, [3, h, w], [h * w, w, 1])
      const kernel = round % 2 ? 'bicubic' : 'bilinear'
      const fast = resampleSimd(stored, tapsOf(w, width, kernel), tapsOf(h, height, kernel), height, width)
      expect(fast, 'WebAssembly with SIMD').toBeDefined()
      expect(fast!.shape).toEqual([3, height, width])
      expect(Buffer.compare(fast!.data as Uint8Array, resample(planes, height, width, kernel).data as Uint8Array)).toBe(0)
    }
  })

  it('goes the other way for mirrored pixels and very large pictures', () => {
    const stored = new PixelView(
      Uint8Array.from({ length: 36 }, (_, i) => i * 7),
      [3, 3, 4],
      [1, 12, 3],
    )
    const mirrored = stored.flip('horizontal')
    expect(resampleSimd(mirrored, tapsOf(4, 2, 'bilinear'), tapsOf(3, 2, 'bilinear'), 2, 2)).toBeUndefined()
    const packed = new PixelView(mirrored.data, [3, 3, 4], [12, 4, 1])
    expect([...resample(mirrored, 2, 2, 'bilinear').data]).toEqual([...resample(packed, 2, 2, 'bilinear').data])
    const wide = new PixelView(new Uint8Array(3), [3, 1, 1], [1, 3, 3])
    expect(resampleSimd(wide, tapsOf(1, 5000, 'bilinear'), tapsOf(1, 5000, 'bilinear'), 5000, 5000)).toBeUndefined()
  })

  it('runs what kernel/resample.wat says', async () => {
    const { parseWat } = await wabt()
    const text = readFileSync(new URL('../../kernel/resample.wat', import.meta.url), 'utf8')
    const { buffer } = parseWat('resample.wat', text, { simd: true }).toBinary({})
    expect(resampleKernel).toBe(Buffer.from(buffer).toString('base64'))
  })
})
