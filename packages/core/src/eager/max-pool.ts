import * as tf from '@tensorflow/tfjs-core'
import type { PoolAttrs } from '../ops/pool.ts'

/** The largest number of each window and where it is in the flattened input; up to three spatial axes. */
export function maxPool(x: tf.Tensor, { kernel, stride, pads, dilation }: PoolAttrs, shape: readonly number[]): tf.Tensor[] {
  const three = (list: readonly number[], fill: number) =>
    [...Array<number>(3 - list.length).fill(fill), ...list] as [number, number, number]
  const [planes, [D, H, W], [od, oh, ow]] = [x.shape[0]! * x.shape[1]!, three(x.shape.slice(2), 1), three(shape.slice(2), 1)]
  const [[kd, kh, kw], [sd, sh, sw], [dd, dh, dw], [pd, ph, pw]] = [
    three(kernel, 1),
    three(stride, 1),
    three(dilation, 1),
    three(pads.slice(0, kernel.length), 0),
  ]
  const data = x.dataSync()
  const y = new Float32Array(planes * od * oh * ow)
  const index = new Int32Array(y.length)
  let k = 0
  for (let p = 0; p < planes; p++)
    for (let a = 0; a < od; a++)
      for (let b = 0; b < oh; b++)
        for (let c = 0; c < ow; c++, k++) {
          let best = -Infinity
          let where = -1
          for (let i = 0; i < kd; i++) {
            const z = a * sd - pd + i * dd
            if (z < 0 || z >= D) continue
            for (let j = 0; j < kh; j++) {
              const r = b * sh - ph + j * dh
              if (r < 0 || r >= H) continue
              for (let l = 0; l < kw; l++) {
                const s = c * sw - pw + l * dw
                if (s < 0 || s >= W) continue
                const at = ((p * D + z) * H + r) * W + s
                const v = data[at]!
                if (where < 0 || v > best || Number.isNaN(v)) {
                  best = v
                  where = at
                }
              }
            }
          }
          y[k] = best
          index[k] = where
        }
  return [tf.tensor(y, [...shape], x.dtype === 'int32' ? 'int32' : 'float32'), tf.tensor(index, [...shape], 'int32')]
}
