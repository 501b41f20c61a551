import { addAlong, scatterAdd, tensor, type Tensor } from '@portolan/core'
import { ints, noise } from '@portolan/test-kit'
import { named, plain, type FamilyCases } from './family-cases.ts'

const bools = (...shape: number[]): Tensor => ints(shape, 2).cast('bool')
/** Places of several axes. → int32 [...shape, axes] */
const places = (shape: number[], below: number[]): Tensor =>
  tensor(
    Int32Array.from(
      below
        .flatMap((d, k) => [...ints(shape, d).dataSync()].map((v, i) => ({ v, at: i * below.length + k })))
        .toSorted((a, b) => a.at - b.at),
      p => p.v,
    ),
    [...shape, below.length],
  )

const gathers: Record<string, [shape: number[], index: number[], axis: number]> = {
  'last axis': [[2, 3], [2], -1],
  'middle axis': [[2, 3, 2], [4], 1],
  'middle axis, index of rank 2': [[2, 3, 2], [2, 2], 1],
  'last of rank 4': [[1, 2, 1, 3], [3], 3],
  'scalar index, axis 1': [[2, 3], [], 1],
  'size 1, axis 1': [[2, 1], [2], 1],
  'nothing, axis 1': [[2, 3], [0], 1],
  'empty rows, axis 1': [[0, 3], [2], 1],
}
const takes: Record<string, [shape: number[], index: number[], axis: number]> = {
  '': [[2, 4], [2, 3], -1],
  'first axis': [[3, 2], [2, 2], 0],
  'middle axis': [[2, 3, 2], [2, 2, 2], 1],
  vector: [[4], [6], 0],
  'size 1': [[2, 1], [2, 3], 1],
  nothing: [[2, 3], [2, 0], 1],
  'rank 5': [[1, 2, 1, 3, 2], [1, 2, 1, 2, 2], 3],
}
const nd: Record<string, [shape: number[], index: number[], axes: number]> = {
  'numbers of a matrix': [[3, 2], [4], 2],
  'rows of a matrix': [[3, 2], [4], 1],
  'rows of rank 3': [[2, 3, 2], [3], 2],
  'index of rank 3': [[2, 3], [2, 2], 2],
  'one place': [[2, 3], [], 2],
  nothing: [[2, 3], [0], 2],
  'rank 5': [[1, 2, 2, 1, 2], [3], 4],
}

export const indexCases: FamilyCases = {
  ...named(
    'gather',
    Object.fromEntries(
      Object.entries(gathers).map(([name, [shape, index, axis]]) => [
        name,
        { f: (x: Tensor, i: Tensor) => x.square().gather(i, axis), x: [noise(shape), ints(index, shape.at(axis)!)] } as FamilyCases[string],
      ]),
    ),
  ),
  'gather/bool, axis 1': plain((x, i) => x!.gather(i!, 1), bools(2, 3), ints([2], 3)),
  'gather/int32, axis 1': plain((x, i) => x!.gather(i!, 1), ints([2, 3], 9), ints([2], 3)),
  ...named(
    'scatterAdd',
    Object.fromEntries(
      Object.entries(gathers).map(([name, [shape, index, axis]]) => {
        const at = axis < 0 ? axis + shape.length : axis
        return [
          name,
          {
            f: (i: Tensor, u: Tensor) => scatterAdd(i, u.square(), { rows: shape[at]!, axis: at }),
            x: [ints(index, shape[at]!), noise(shape.toSpliced(at, 1, ...index))],
          } as FamilyCases[string],
        ]
      }),
    ),
  ),
  'scatterAdd/int32': plain((i, u) => scatterAdd(i!, u!, { rows: 3 }), ints([5], 3), ints([5, 2], 9)),
  ...named(
    'takeAlong',
    Object.fromEntries(
      Object.entries(takes).map(([name, [shape, index, axis]]) => [
        name,
        {
          f: (x: Tensor, i: Tensor) => x.square().takeAlong(i, axis),
          x: [noise(shape), ints(index, shape.at(axis)!)],
        } as FamilyCases[string],
      ]),
    ),
  ),
  'takeAlong/stretched index': { f: (x, i) => x!.square().takeAlong(i!, 1), x: [noise([3, 4]), ints([1, 2], 4)] },
  'takeAlong/by its own order': {
    f: x => x!.square().takeAlong(x!.argSort(1), 1),
    x: [
      tensor([
        [0.5, -1, 2],
        [3, 1, -2],
      ]),
    ],
  },
  'takeAlong/int32': plain((x, i) => x!.takeAlong(i!, 0), ints([3, 2], 9), ints([2, 2], 3)),
  'takeAlong/bool': plain((x, i) => x!.takeAlong(i!, 1), bools(2, 3), ints([2, 2], 3)),
  ...named(
    'addAlong',
    Object.fromEntries(
      Object.entries(takes).map(([name, [shape, index, axis]]) => [
        name,
        {
          f: (i: Tensor, u: Tensor) => addAlong(i, u.square(), { length: shape.at(axis)!, axis }),
          x: [ints(index, shape.at(axis)!), noise(index)],
        } as FamilyCases[string],
      ]),
    ),
  ),
  'addAlong/int32': plain((i, u) => addAlong(i!, u!, { length: 3 }), ints([2, 5], 3), ints([2, 5], 9)),
  ...named(
    'gatherND',
    Object.fromEntries(
      Object.entries(nd).map(([name, [shape, index, axes]]) => [
        name,
        {
          f: (x: Tensor, i: Tensor) => x.square().gatherND(i),
          x: [noise(shape), places(index, shape.slice(0, axes))],
        } as FamilyCases[string],
      ]),
    ),
  ),
  'gatherND/int32': plain((x, i) => x!.gatherND(i!), ints([3, 2], 9), places([4], [3, 2])),
  'gatherND/bool': plain((x, i) => x!.gatherND(i!), bools(3, 2), places([2], [3, 2])),
  'addAlong/to what is there': {
    f: (i: Tensor, u: Tensor, to: Tensor) => i.op('addAlong', [u.square(), to.exp()], { length: 3, axis: 1 }),
    x: [ints([2, 5], 3), noise([2, 5]), noise([2, 3])],
  },
}
