import { RangeError, ShapeError, tensor, type Tensor } from '@portolan/core'

/**
 * Fills holes as smoothly as can be: Δf = 0 in them (each pixel the mean of its neighbours, those beyond the border left out), f as known
 * around. The measure that a learned filling must beat. Solved by successive over-relaxation until no pixel moves by 1e-7.
 *
 * x: [n, c, h, w], known: [n, 1, h, w], 1 or 0, with a known pixel in each picture → [n, c, h, w]
 * @throws ShapeError if they do not fit; RangeError for a picture of which nothing is known.
 * @example
 * const decibels = psnr(await harmonicFill(x, known), x)
 */
export async function harmonicFill(x: Tensor, known: Tensor): Promise<Tensor> {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  if (x.shape.length !== 4 || String(known.shape) !== String([n, 1, h, w]))
    throw new ShapeError(`harmonicFill: pictures must be [n, c, h, w] and known [n, 1, h, w], got [${x.shape}] and [${known.shape}]`)
  const [pixels, mask] = [Float64Array.from(await x.data()), await known.data()]
  const size = h * w
  const relaxation = 2 / (1 + Math.sin(Math.PI / Math.max(h, w)))
  for (let plane = 0; plane < n * c; plane++) {
    const f = pixels.subarray(plane * size, (plane + 1) * size)
    const holes = Array.from({ length: size }, (_, i) => i).filter(i => !mask[Math.floor(plane / c) * size + i])
    if (holes.length === size)
      throw new RangeError(`harmonicFill: each picture must have a known pixel, got none in picture ${Math.floor(plane / c)}: leave it out`)
    const around = holes.map(i => [
      ...(i >= w ? [i - w] : []),
      ...(i < size - w ? [i + w] : []),
      ...(i % w ? [i - 1] : []),
      ...((i + 1) % w ? [i + 1] : []),
    ])
    for (const i of holes) f[i] = 0
    for (let moved = 1; moved > 1e-7;) {
      moved = 0
      for (const [k, i] of holes.entries()) {
        const change = relaxation * (around[k]!.reduce((sum, j) => sum + f[j]!, 0) / around[k]!.length - f[i]!)
        f[i]! += change
        moved = Math.max(moved, Math.abs(change))
      }
    }
  }
  return tensor(Float32Array.from(pixels), x.shape)
}
