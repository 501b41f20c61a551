import { batchNorm, conv2d, groupNorm, instanceNorm, layerNorm, rmsNorm, type Tensor } from '@portolan/core'
import { apart, noise } from '@portolan/test-kit'
import type { FamilyCase, FamilyCases } from './family-cases.ts'
import { inLoop, withGradients } from './op-cases-conv.ts'

/** Away from 0. */
const positive = (...shape: number[]): Tensor => noise(shape, { scale: 0.4, offset: 1 })
const rounding = 'dividing by √ε magnifies rounding 300 times'
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

const lasts: Record<string, [lead: number[], d: number[], epsilon: number, once?: string]> = {
  vector: [[], [5], 1e-5],
  rows: [[3], [4], 1e-5],
  'two numbers': [[2, 2], [2], 1e-2],
  'two axes': [[2], [2, 3], 1e-5],
  'three axes': [[2], [2, 1, 2], 1e-3],
  'size 1': [[3], [1], 1e-5, rounding],
  'no rows': [[0], [3], 1e-5],
  'large epsilon': [[2], [4], 1],
}
/** [n, c, ...], groups */
const channels: Record<string, [shape: number[], groups: number, epsilon: number, once?: string]> = {
  vectors: [[3, 6], 2, 1e-5],
  sequences: [[2, 2, 3], 1, 1e-5],
  images: [[2, 4, 2, 1], 2, 1e-5],
  'each channel': [[1, 3, 2, 2], 3, 1e-3],
  volumes: [[1, 2, 1, 2, 2], 1, 1e-5],
  'one number': [[2, 2, 1], 2, 1e-5, rounding],
  'no batch': [[0, 2, 3], 1, 1e-5],
}
const once = (reason: string | undefined): object => (reason === undefined ? {} : { once: reason })
const over = (op: string, f: (x: Tensor, weight: Tensor, bias: Tensor, epsilon: number) => Tensor): FamilyCases =>
  Object.fromEntries(
    Object.entries(lasts).map(([name, [lead, d, epsilon, reason]]): [string, FamilyCase] => [
      `${op}/over ${name}`,
      {
        f: (x, w, b) => f(x!, w!, b!, epsilon),
        x: [apart([...lead, ...d], 0.5), positive(...d), ...(op === 'layerNorm' ? [noise(d)] : [])],
        ...once(op === 'layerNorm' ? reason : undefined),
      },
    ]),
  )
const whole = (f: (x: Tensor, weight: Tensor, bias: Tensor) => Tensor): FamilyCase => ({
  f: withGradients((x, v, weight, bias, w) => conv2d(f(conv2d(x!, v!, { padding: 1 }), weight!, bias!), w!, { padding: 1 })),
  x: [noise([16, 16, 3, 4]), noise([16, 16, 3, 3], { scale: 0.2 }), positive(16), noise([16]), noise([16, 16, 3, 3], { scale: 0.1 })],
  forward: true,
})

export const normCases: FamilyCases = {
  ...over('layerNorm', layerNorm),
  ...over('rmsNorm', (x, w, _, epsilon) => rmsNorm(x, w, Math.max(epsilon, 0.1))),
  ...Object.fromEntries(
    Object.entries(channels).flatMap(([name, [shape, groups, epsilon, reason]]): [string, FamilyCase][] => {
      const c = shape[1]!
      const x = (): Tensor[] => [apart(shape, 0.5), positive(c), noise([c])]
      const alone = size(shape) / c < 2
      return [
        [`groupNorm/${name}`, { f: (x, weight, bias) => groupNorm(x!, groups, { weight, bias, epsilon }), x: x(), ...once(reason) }],
        [`groupNorm/${name}, no weight`, { f: x => groupNorm(x!, groups, { epsilon }), x: [apart(shape, 0.5)], ...once(reason) }],
        ...(shape.length > 2
          ? ([
              [`instanceNorm/${name}`, { f: (x, weight, bias) => instanceNorm(x!, { weight, bias, epsilon }), x: x(), ...once(reason) }],
            ] as [string, FamilyCase][])
          : []),
        ...(alone
          ? []
          : ([
              [
                `batchNorm/${name}`,
                {
                  f: (x, weight, bias) => {
                    const { y, mean, variance } = batchNorm(x!, { weight: weight!, bias: bias!, epsilon })
                    return [y, mean, variance]
                  },
                  x: x(),
                },
              ],
            ] as [string, FamilyCase][])),
        [
          `batchNorm/given statistics, ${name}`,
          {
            f: (x, weight, bias, mean, variance) =>
              batchNorm(x!, { weight, bias, statistics: { mean: mean!, variance: variance! }, epsilon }).y,
            x: [...x(), noise([c]), positive(c)],
          },
        ],
      ]
    }),
  ),
  'batchNorm/in a loop': inLoop(x => batchNorm(x).y.square(), apart([1, 2, 3], 1), noise([2, 1, 2, 3])),
  'groupNorm/in a loop': inLoop(x => groupNorm(x, 1).square(), apart([1, 2, 3], 1), noise([2, 1, 2, 3])),
  'rmsNorm/in a loop': inLoop(x => rmsNorm(x, x.slice(0, 0, 1).reshape([4])), noise([2, 4], { offset: 2 }), noise([2, 2, 4])),
  'batchNorm/whole blocks': whole((x, weight, bias) => batchNorm(x, { weight, bias }).y),
  'batchNorm/whole blocks, then relu': whole((x, weight, bias) => batchNorm(x, { weight, bias }).y.relu()),
  'groupNorm/whole blocks': whole((x, weight, bias) => groupNorm(x, 4, { weight, bias })),
  'instanceNorm/whole blocks': whole((x, weight, bias) => instanceNorm(x, { weight, bias })),
  'layerNorm/whole blocks': whole((x, weight, bias) => layerNorm(x.transpose([0, 2, 3, 1]), weight, bias).transpose([0, 3, 1, 2])),
}
