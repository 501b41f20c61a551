import { axisOf } from './spec.ts'
import { apply, type Tensor } from './tensor.ts'

/**
 * Zeros with rows added where an index says; rows that are named twice are added up.
 * index: int32 [...i], updates: [...a, ...i, ...b] → [...a, rows, ...b], the axis being that of `rows`, by default the first.
 * @throws ShapeError if the updates lack the shape of the index.
 * @example
 * scatterAdd(tensor([2, 0, 2], [3], 'int32'), ones([3, 4]), { rows: 5 })   // [5, 4]: row 2 is 2, row 0 is 1
 */
export const scatterAdd = (index: Tensor, updates: Tensor, { rows, axis = 0 }: { rows: number; axis?: number }): Tensor =>
  apply('scatterAdd', [index, updates], { rows, axis: axisOf(updates.shape.length - index.shape.length + 1, axis) })[0]!

/**
 * Zeros with each number added at its own place along an axis, the opposite of `takeAlong`: y[a, index[a, j, b], b] += updates[a, j, b].
 * index: int32 [...a, m, ...b], updates: the same → [...a, length, ...b], the axis being by default the last.
 * @throws ShapeError if index and updates have two shapes.
 * @example
 * addAlong(best.indices, best.values, { length: 10 })          // what topK left, at its places
 */
export const addAlong = (index: Tensor, updates: Tensor, { length, axis = -1 }: { length: number; axis?: number }): Tensor =>
  apply('addAlong', [index, updates], { length, axis: axisOf(updates.shape.length, axis) })[0]!
