import { elements, type Builder, type Ref, type Rules } from '../builder.ts'
import { sumOfRows } from '../sum-of-rows.ts'
import { nchwc, type Four, type Layout } from './layout.ts'

export function norm(l: Layout): Rules {
  /** [n, c] → [c] */
  const overBatch = (b: Builder, x: Ref): Ref =>
    x.shape[0] === 1
      ? b.reshape(x, [x.shape[1]!])
      : (sumOfRows(b, x, 1) ?? b.node('ReduceSum', [x, b.i64([0])], { keepdims: 0 }, { shape: [x.shape[1]!], type: 'float32' }))

  return {
    sum: ([x], { axes, keepDims }, b) => {
      const form = x.blocked
      const [all, image] = [axes.join() === '0,2,3', axes.join() === '2,3']
      if (!form || x.type !== 'float32' || !(all || image)) return undefined
      const sums = form.product && b.isLazy(form) ? l.imageProducts(b, ...form.product) : l.imageSums(b, form)
      const y = all ? overBatch(b, sums) : sums
      return keepDims ? b.reshape(y, b.out[0]!.shape) : y
    },
    mean: ([x], { axes }, b) => {
      if (!x.blocked || axes.join() !== '2,3') return undefined
      const [n, c] = x.shape as Four
      return b.reshape(b.node('GlobalAveragePool', [x.blocked], {}, { shape: [n, c, 1, 1], type: 'float32' }, nchwc), b.out[0]!.shape)
    },
    // a mean of each channel stays one when its shape changes
    reshape: ([x], _, b) => (x.centred && x.shape.length === 1 ? { ...b.reshape(x, b.out[0]!.shape), centred: x.centred } : undefined),
    batchNorm: ([x, weight, bias], { epsilon }, b) => {
      if (!x.blocked) return undefined
      const at = { shape: weight.shape, type: x.type }
      const share = b.f32(x.shape[1]! / elements(x))
      const mean = b.node('Mul', [overBatch(b, l.imageSums(b, x.blocked)), share], {}, at)
      const ones = b.constant('float32', at.shape, new Float32Array(at.shape[0]!).fill(1))
      const centred = l.affine(b, x.blocked, ones, b.node('Neg', [mean], {}, at)).blocked!
      const variance = b.node('Mul', [overBatch(b, l.imageProducts(b, centred, centred)), share], {}, at)
      const scale = b.node('Div', [weight, b.node('Sqrt', [b.node('Add', [variance, b.f32(epsilon)], {}, at)], {}, at)], {}, at)
      return [l.affine(b, centred, scale, bias), { ...mean, centred: { of: x.blocked, is: centred } }, variance]
    },
  }
}
