import { type IndexOps, range, size } from '@portolan/core/engine'
import { elements } from '../builder.ts'
import type { Lowerings } from './lowering.ts'

export const indexOps: Lowerings<IndexOps> = {
  gather: ([x, index], _, b) => b.node('Gather', [x, index], { axis: 0 }),
  // ScatterND would race where rows are named twice
  scatterAdd: ([index, updates], _, b) => {
    const shape = b.out[0]!.shape
    const [n, d] = [elements(index), size(shape.slice(1))]
    const flat = { shape: [shape[0]!, d] }
    const zeros = b.node('Expand', [b.f32(0), b.i64(flat.shape)], {}, flat)
    const rows = b.node('Expand', [b.reshape(b.cast(index, 'int64'), [n, 1]), b.i64([n, d])], {}, { shape: [n, d], type: 'int64' })
    return b.reshape(b.node('ScatterElements', [zeros, rows, b.reshape(updates, [n, d])], { axis: 0, reduction: 'add' }, flat), shape)
  },
  oneHot: ([index], { depth }, b) => {
    const classes = b.constant('int32', [depth], Int32Array.from(range(depth)))
    return b.cast(b.node('Equal', [b.reshape(index, [...index.shape, 1]), classes], {}, { type: 'bool' }), 'float32')
  },
}
