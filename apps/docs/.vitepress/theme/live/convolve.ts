import { conv2d, tensor } from '@portolan/core'

export const kernels = {
  'upright edges': [-1, 0, 1, -1, 0, 1, -1, 0, 1],
  'level edges': [-1, -1, -1, 0, 0, 0, 1, 1, 1],
  'every edge': [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  blur: [1, 1, 1, 1, 1, 1, 1, 1, 1].map(v => Math.round((100 * v) / 9) / 100),
  sharper: [0, -1, 0, -1, 5, -1, 0, -1, 0],
} as const

export const side = 20

/** A picture with round and straight edges, 0 … 1, row by row. */
export const picture: readonly number[] = Array.from({ length: side * side }, (_, i) => {
  const [row, column] = [Math.floor(i / side), i % side]
  const far = Math.hypot(row - 7, column - 7)
  const ring = far < 5.5 && far > 2.5
  const bar = row > 11 && row < 18 && column > 9 && column < 18 && column - 9 > 17 - row
  return ring ? 0.9 : bar ? 0.65 : 0.12
})

/** What a kernel of 3 × 3 gives at each place of the picture, with a border of mirrored pixels. */
export const convolve = (kernel: readonly number[]): readonly number[] =>
  Array.from(
    conv2d(tensor(Float32Array.from(picture), [1, 1, side, side]), tensor(Float32Array.from(kernel), [1, 1, 3, 3]), {
      padding: 1,
      paddingMode: 'reflect',
    }).dataSync(),
  )
