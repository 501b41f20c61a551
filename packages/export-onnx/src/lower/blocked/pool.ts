import type { Ref, Rules } from '../builder.ts'
import { nchwc, type Four, type Layout } from './layout.ts'

export function pool(l: Layout): Rules {
  const { block, five } = l
  return {
    maxPool: ([x], { kernel, stride, pads, dilation }, b) => {
      if (!x.blocked || kernel.some((k, i) => k !== stride[i]) || [...pads, ...dilation.map(d => d - 1)].some(p => p)) return undefined
      const { shape } = b.out[0]!
      const attrs = { kernel_shape: kernel, strides: stride, pads }
      const y = b.node('MaxPool', [x.blocked], attrs, { shape, type: 'float32' }, nchwc)
      const index = b.lazy(shape, 'int32', name => {
        const wide = b.many('MaxPool', [x], attrs, [
          { shape, type: 'float32' },
          { shape, type: 'int64' },
        ])[1]!
        b.define(name, 'Cast', [wide], { to: 6 })
      })
      return [l.lazily(b, y), { ...index, pooled: { x: x.blocked, y } }]
    },
    // the gradient of the window, where x is the first to equal the maximum of its window
    maxUnpool: ([g, index], { shape, kernel }, b) => {
      if (!index.pooled || !b.isLazy(index)) return undefined
      const small = index.shape
      const [n, c, h, w] = shape as Four
      const [kh, kw] = kernel as [number, number]
      const [uh, uw] = [small[2]! * kh, small[3]! * kw]
      const up = (r: Ref): Ref => {
        const big = b.node('Upsample', [r], { scales: [1, 1, kh, kw] }, { shape: [n, c, uh, uw], type: 'float32' }, nchwc)
        if (uh === h && uw === w) return big
        const rows = b.reshape(big, [(n * c) / block, uh, uw * block])
        const by = b.i64([0, 0, 0, 0, h - uh, (w - uw) * block])
        return b.reshape(b.node('Pad', [rows, by], {}, { shape: [(n * c) / block, h, w * block], type: 'float32' }), shape)
      }
      // earlier places of a window weigh more: of several maxima the heaviest is the first
      const weights = Float32Array.from({ length: h * w }, (_, i) => kh * kw - ((Math.floor(i / w) % kh) * kw + ((i % w) % kw)))
      const hit = b.node('Equal', [index.pooled.x, up(index.pooled.y)], {}, { shape, type: 'bool' })
      const spread = b.constant('float32', [h, w, 1], weights)
      const product = b.node('Mul', [b.reshape(b.cast(hit, 'float32'), five(shape)), spread], {}, { shape: five(shape), type: 'float32' })
      const weighed = b.reshape(product, shape)
      const window = { kernel_shape: kernel, strides: kernel, pads: [0, 0, 0, 0] }
      const heaviest = b.node('MaxPool', [weighed], window, { shape: small, type: 'float32' }, nchwc)
      // where the image does not divide into windows, the rest is 0 on both sides: no window, no gradient
      const first = b.node('Equal', [weighed, up(heaviest)], {}, { shape, type: 'bool' })
      return l.lazily(b, b.node('Mul', [up(l.formOf(b, g)), b.cast(first, 'float32')], {}, { shape, type: 'float32' }))
    },
  }
}
