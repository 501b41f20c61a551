import { concat, iota, RangeError, type Rng, type Shape, type Tensor } from '@portolan/core'

/**
 * What is known of pictures with a rectangle missing in each, at a random place and of random sides: 1 where a pixel is known, 0 in the hole.
 *
 * shape: [n, c, h, w]; sides: the smallest and the largest side of a hole → float32 [n, 1, h, w]. It can be part of a compiled step.
 * @throws RangeError unless 1 ≤ smallest ≤ largest ≤ the picture's sides.
 * @example
 * const known = randomHoles(rng, x.shape, [8, 14])
 */
export function randomHoles(rng: Rng, shape: Shape, [smallest, largest]: readonly [smallest: number, largest: number]): Tensor {
  const [n, , h, w] = shape as [number, number, number, number]
  if (!(Number.isInteger(smallest) && Number.isInteger(largest) && smallest >= 1 && smallest <= largest && largest <= Math.min(h, w)))
    throw new RangeError(`randomHoles: sides must be whole numbers from 1 to ${Math.min(h, w)}, got ${smallest} to ${largest}`)
  /** Along one axis: where the hole is. → bool [n, length] */
  const along = (length: number): Tensor => {
    const side = rng.integers(largest - smallest + 1, [n, 1]).add(smallest)
    const from = rng.uniform([n, 1]).mul(side.neg().add(length + 1).cast('float32')).floor().cast('int32') // prettier-ignore
    const place = iota(length)
    return place.greaterEqual(from).and(place.less(from.add(side)))
  }
  const [rows, columns] = [along(h), along(w)]
  return rows.reshape([n, 1, h, 1]).broadcastTo([n, 1, h, w]).and(columns.reshape([n, 1, 1, w]).broadcastTo([n, 1, h, w])).not().cast('float32') // prettier-ignore
}

/** Both together as what a network is given: the known pixels, 0 elsewhere, and where they are. → [n, c + 1, h, w] */
export const withHoles = (x: Tensor, known: Tensor): Tensor => concat([x.mul(known), known], 1)
