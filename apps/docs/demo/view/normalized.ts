/** Height and width of the images that the network reads. */
export const side = 28
/** The digit itself fills so much of them, as in MNIST. */
const inner = 20

/** A drawing, RGBA of size × size with the ink in its alpha, as MNIST would have it: as high or wide as 20 of 28 pixels, its centre of mass in the middle. */
export function normalized(rgba: Uint8ClampedArray, size: number): Float32Array | undefined {
  const ink = (x: number, y: number): number => rgba[4 * (y * size + x) + 3]! / 255
  let [left, top, right, bottom, mass, sumX, sumY] = [size, size, -1, -1, 0, 0, 0]
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const v = ink(x, y)
      if (!v) continue
      ;[left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)]
      mass += v
      sumX += v * (x + 0.5)
      sumY += v * (y + 0.5)
    }
  if (!mass) return undefined
  const pixel = Math.max(right - left + 1, bottom - top + 1, size / inner) / inner
  const [fromX, fromY] = [sumX / mass - (side / 2) * pixel, sumY / mass - (side / 2) * pixel]
  const out = new Float32Array(side * side)
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) out[y * side + x] = mean(fromX + x * pixel, fromY + y * pixel)
  return out

  /** The mean ink of the square that becomes one pixel. */
  function mean(x: number, y: number): number {
    let [sum, count] = [0, 0]
    for (let v = Math.floor(y); v < y + pixel; v++)
      for (let u = Math.floor(x); u < x + pixel; u++) {
        count++
        if (u >= 0 && v >= 0 && u < size && v < size) sum += ink(u, v)
      }
    return sum / count
  }
}
