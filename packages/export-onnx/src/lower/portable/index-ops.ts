import { type DType, type IndexOps, allocate, range, size } from '@portolan/core/engine'
import { elements, type Builder, type Ref } from '../builder.ts'
import type { Lowerings } from './lowering.ts'

/** Updates added to what is given, or to zeros. ScatterND would race where a place is named twice. */
function added(b: Builder, shape: readonly number[], index: Ref, updates: Ref, axis: number, to?: Ref): Ref {
  const as = { shape, type: updates.type }
  const zeros = (): Ref => b.node('Expand', [b.constant(updates.type, [], allocate(updates.type as DType, 1)), b.i64(shape)], {}, as)
  return b.node('ScatterElements', [to ?? zeros(), index, updates], { axis, reduction: 'add' }, as)
}

export const indexOps: Lowerings<IndexOps> = {
  gather: ([x, index], { axis = 0 }, b) => b.node('Gather', [x, index], { axis }),
  scatterAdd: ([index, updates], { rows, axis = 0 }, b) => {
    const n = elements(index)
    const [before, inner] = [size(updates.shape.slice(0, axis)), size(updates.shape.slice(axis + index.shape.length))]
    const [at, shape, flat] = before === 1 ? [0, [n, inner], [rows, inner]] : [1, [before, n, inner], [before, rows, inner]]
    const places = b.node('Expand', [b.reshape(index, [n, 1]), b.i64(shape)], {}, { shape, type: index.type })
    return b.reshape(added(b, flat, places, b.reshape(updates, shape), at), b.out[0]!.shape)
  },
  gatherND: ([x, index], _, b) => b.node('GatherND', [x, b.cast(index, 'int64')]),
  takeAlong: ([x, index], { axis }, b) => b.node('GatherElements', [x, index], { axis }),
  addAlong: ([index, updates, to], { axis }, b) => added(b, b.out[0]!.shape, index, updates, axis, to),
  oneHot: ([index], { depth }, b) => {
    const classes = b.constant('int32', [depth], Int32Array.from(range(depth)))
    return b.cast(b.node('Equal', [b.reshape(index, [...index.shape, 1]), classes], {}, { type: 'bool' }), 'float32')
  },
  topK: ([x], { k, largest }, b) => {
    const { shape, type } = b.out[0]!
    const [values, indices] = b.many('TopK', [x, b.i64([k])], { axis: -1, largest: +largest, sorted: 1 }, [
      { shape, type },
      { shape, type: 'int64' },
    ])
    return [values!, b.cast(indices!, 'int32')]
  },
}
