import { type Pool, size, type PoolAttrs } from '@portolan/core/engine'
import { elements, type Builder, type Ref } from '../builder.ts'
import { window } from '../conv.ts'
import type { Lowerings } from './lowering.ts'

/** A pooling with the places of its maxima as int64, if they are asked for. */
function windows(b: Builder, x: Ref, { kernel, ...attrs }: PoolAttrs, places: boolean): Ref[] {
  const { shape, type } = b.out[0]!
  return b.many('MaxPool', [x], window(attrs, kernel), places ? [{ shape, type }, { shape, type: 'int64' }] : [{ shape, type }])
}

export const pool: Lowerings<Pool> = {
  maxPool: ([x], { kernel, ...attrs }, b) => {
    const [y, index] = windows(b, x, { kernel, ...attrs }, b.uses(1))
    return [y!, index ? b.cast(index, 'int32') : y!]
  },
  maxUnpool: ([g, index], { shape }, b) => {
    const flat = { shape: [size(shape)] }
    const zeros = b.node('Expand', [b.f32(0), b.i64([size(shape)])], {}, flat)
    const sum = b.node('ScatterElements', [zeros, b.reshape(b.cast(index, 'int64'), [elements(index)]), b.reshape(g, [elements(g)])], { axis: 0, reduction: 'add' }, flat)
    return b.reshape(sum, shape)
  },
}
