import { type Norm, range } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
import type { Lowerings } from './lowering.ts'

const mean = (b: Builder, x: Ref, axes: number[], shape: readonly number[]): Ref =>
  b.options.opset >= 18
    ? b.node('ReduceMean', [x, b.i64(axes)], { keepdims: 1 }, { shape })
    : b.node('ReduceMean', [x], { axes, keepdims: 1 }, { shape })

export const norm: Lowerings<Norm> = {
  layerNorm: (x, { epsilon }, b) =>
    b.many('LayerNormalization', x, { axis: -1, epsilon: { float: epsilon } }, b.uses(1) || b.uses(2) ? b.out : b.out.slice(0, 1)),
  batchNorm: ([x, weight, bias], { epsilon }, b) => {
    const axes = range(x.shape.length).filter(i => i !== 1)
    const wide = x.shape.map((d, i) => (i === 1 ? d : 1))
    const at = { shape: wide }
    const average = mean(b, x, axes, wide)
    const centred = b.node('Sub', [x, average])
    const variance = mean(b, b.node('Mul', [centred, centred]), axes, wide)
    const deviation = b.node('Sqrt', [b.node('Add', [variance, b.f32(epsilon)], {}, at)], {}, at)
    const scale = b.node('Div', [b.reshape(weight, wide), deviation], {}, at)
    const y = b.node('Add', [b.node('Mul', [centred, scale]), b.reshape(bias, wide)])
    return [y, b.reshape(average, weight.shape), b.reshape(variance, weight.shape)]
  },
}
