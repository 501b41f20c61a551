/** A picture of a function of x and y, both 0 … 1: three numbers 0 … 1 for each place. → [3, size, size] */
function drawn(size: number, color: (x: number, y: number) => readonly [number, number, number]): Float32Array {
  const data = new Float32Array(3 * size * size)
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      color((x + 0.5) / size, (y + 0.5) / size).forEach((v, c) => (data[(c * size + y) * size + x] = Math.min(1, Math.max(0, v))))
  return data
}

/** Hills, a house and a sun. */
export const drawnScene = (size: number): Float32Array =>
  drawn(size, (x, y) => {
    if (Math.hypot(x - 0.78, y - 0.2) < 0.11) return [0.98, 0.86, 0.35]
    if (x > 0.24 && x < 0.5 && y > 0.48 && y < 0.78) return x > 0.33 && x < 0.41 && y > 0.6 ? [0.35, 0.22, 0.18] : [0.85, 0.5, 0.42]
    if (y > 0.48 - 0.18 + Math.abs(x - 0.37) && y < 0.48 && Math.abs(x - 0.37) < 0.18) return [0.6, 0.2, 0.2]
    if (y > 0.7 + 0.06 * Math.sin(7 * x)) return [0.3, 0.62 - 0.2 * y, 0.28]
    return [0.55 + 0.3 * y, 0.75 + 0.1 * y, 0.95]
  })

/** Curling bands of blue, white and ochre. */
export const drawnWaves = (size: number): Float32Array =>
  drawn(size, (x, y) => {
    const bend = Math.sin(11 * x + 4 * Math.sin(7 * y)) + Math.cos(13 * y + 5 * Math.sin(6 * x))
    const band = 0.5 + 0.5 * Math.sin(5 * bend)
    return [0.1 + 0.8 * band ** 3, 0.2 + 0.6 * band, 0.75 - 0.5 * band ** 4]
  })
