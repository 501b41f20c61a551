import { einsum } from '@portolan/core'
import { goldenCases, ints, noise } from '@portolan/test-kit'
import { moving, named, plain, type FamilyCases } from './family-cases.ts'

const equations = goldenCases('functions').flatMap(c =>
  c.op === 'einsum' && c.inputs[0]!.dtype === 'float32'
    ? [{ equation: (c.attrs.args as [string])[0], shapes: c.inputs.map(t => t!.shape) }]
    : [],
)

export const linalgCases: FamilyCases = {
  ...Object.fromEntries(
    Object.entries({
      vectors: [[3], [3]],
      'vector and matrix': [[3], [3, 2]],
      'matrix and vector': [[2, 3], [3]],
      'vector and stack': [[3], [2, 3, 2]],
      'stack and vector': [[2, 2, 3], [3]],
      'rank 5': [
        [1, 2, 1, 2, 3],
        [2, 3, 2],
      ],
    }).map(([name, [a, b]]) => [`matmul/${name}`, { f: (x, y) => x!.matmul(y!), x: [noise(a!), noise(b!)] }]) as [
      string,
      FamilyCases[string],
    ][],
  ),
  'matmul/transposed beside a vector': { f: (a, b) => a!.matmul(b!, { transposeA: true }), x: [noise([3, 2]), noise([3])] },
  outer: { f: (a, b) => a!.outer(b!), x: [noise([3]), noise([2])] },
  'outer/one': { f: (a, b) => a!.outer(b!), x: [noise([1]), noise([2])] },
  ...named('tril', Object.fromEntries([-1, 0, 1, 5].map(k => [`${k}`, moving(x => x.tril(k), 3, 4)]))),
  ...named('triu', Object.fromEntries([-1, 0, 1, -5].map(k => [`${k}`, moving(x => x.triu(k), 4, 3)]))),
  'tril/stack': moving(x => x.tril(), 2, 1, 2, 2),
  'triu/empty': moving(x => x.triu(), 0, 2),
  'triu/int32': plain(x => x!.triu(), ints([3, 3], 9)),
  ...named(
    'einsum',
    Object.fromEntries(
      equations.map(({ equation, shapes }) => [
        `${equation}, ${shapes.map(s => `[${s}]`).join(' ')}`,
        { f: (...x) => einsum(equation, ...x), x: shapes.map(s => noise(s)) } as FamilyCases[string],
      ]),
    ),
  ),
}
