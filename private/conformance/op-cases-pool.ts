import {
  adaptiveAvgPool,
  adaptiveMaxPool,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  conv2d,
  globalAvgPool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  maxPoolWithIndices,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
  tensor,
  type AvgPoolOptions,
  type MaxPoolOptions,
  type Spatial,
  type Tensor,
} from '@portolan/core'
import { apart, ints, noise } from '@portolan/test-kit'
import type { FamilyCase, FamilyCases } from './family-cases.ts'
import { inLoop, withGradients } from './op-cases-conv.ts'

type Pooling = (x: Tensor, kernel: number | number[], options: object) => Tensor
const maxima = { 1: maxPool1d, 2: maxPool2d, 3: maxPool3d } as Record<Spatial, Pooling>
const means = { 1: avgPool1d, 2: avgPool2d, 3: avgPool3d } as Record<Spatial, Pooling>
const unpools = { 1: maxUnpool1d, 2: maxUnpool2d, 3: maxUnpool3d } as Record<
  Spatial,
  (x: Tensor, indices: Tensor, kernel: number, options: object) => Tensor
>
const images: Record<Spatial, number[]> = { 1: [7], 2: [4, 5], 3: [3, 3, 2] }
/** Positive and apart, so that squares are apart too. */
const distinct = (...shape: number[]): Tensor => apart(shape).add(shape.reduce((a, b) => a * b, 1) / 8)
const few = (...shape: number[]): Tensor => ints(shape, 3).cast('float32').sub(1)

const windows: Record<string, [kernel: number, options: MaxPoolOptions<Spatial> & AvgPoolOptions<Spatial>]> = {
  '': [2, {}],
  overlapping: [2, { stride: 1 }],
  padding: [2, { padding: 1 }],
  'overlapping, padding': [3, { stride: 2, padding: 1 }],
  ceil: [2, { ceilMode: true }],
  'ceil, padding': [3, { stride: 2, padding: 1, ceilMode: true }],
  same: [2, { stride: 1, padding: 'same' }],
  'same, stride 2': [3, { stride: 2, padding: 'same' }],
  gaps: [1, { stride: 2 }],
}
const dilated: typeof windows = {
  'dilation 2': [2, { stride: 1, dilation: 2, padding: 1 }],
  'dilation 2, ceil': [2, { stride: 2, dilation: 2, ceilMode: true }],
  'dilation 3, same': [2, { stride: 1, dilation: 3, padding: 'same' }], // pads as large as the kernel
  'dilation 4, same': [3, { stride: 1, dilation: 4, padding: 'same' }],
}
/** Where the three axes of the small volume are too short. */
const fits = (n: Spatial, name: string): boolean => n < 3 || !name.startsWith('dilation')

const each = (n: Spatial): FamilyCases => ({
  ...Object.fromEntries(
    Object.entries({ ...windows, ...dilated })
      .filter(([name]) => fits(n, name))
      .map(([name, [kernel, options]]): [string, FamilyCase] => [
        `maxPool${n}d${name && '/'}${name}`,
        { f: x => maxima[n](x!.square(), kernel, options), x: [distinct(1, 1, ...images[n])] },
      ]),
  ),
  ...Object.fromEntries(
    Object.entries({ ...windows, ...dilated })
      .filter(([name]) => fits(n, name))
      .map(([name, [kernel, options]]): [string, FamilyCase] => [
        `maxPool${n}d/ties${name && ', '}${name}`,
        { f: withGradients(x => maxima[n](x!, kernel, options)), x: [few(2, 3, ...images[n].map(d => d + 1))], forward: true },
      ]),
  ),
  ...Object.fromEntries(
    Object.entries(windows).flatMap(([name, [kernel, options]]) =>
      (options.padding === undefined ? [true] : [true, false]).map((countIncludePad): [string, FamilyCase] => [
        `avgPool${n}d${name && '/'}${name}${countIncludePad ? '' : ', padding not counted'}`,
        { f: x => means[n](x!.square(), kernel, { ...options, countIncludePad }), x: [noise([1, 1, ...images[n]])] },
      ]),
    ),
  ),
  ...Object.fromEntries(
    ['maxPool', 'avgPool'].flatMap(op => {
      const f = (op === 'maxPool' ? maxima : means)[n]
      return [
        [`${op}${n}d/size 1`, { f: x => f(x!.square(), 1, {}), x: [noise([2, 1, ...images[n].map(() => 1)])] }],
        [`${op}${n}d/no batch`, { f: x => f(x!.square(), 2, { stride: 1, padding: 1 }), x: [noise([0, 2, ...images[n]])] }],
      ] as [string, FamilyCase][]
    }),
  ),
  [`maxUnpool${n}d`]: {
    f: x => {
      const { values, indices } = maxPoolWithIndices(x!.square(), 2)
      return unpools[n](values.square(), indices, 2, { size: images[n] })
    },
    x: [distinct(1, 1, ...images[n])],
  },
})
const adaptive: [shape: number[], size: number | number[]][] = [
  [[1, 1, 6], 4],
  [[1, 2, 5], 1],
  [[1, 1, 4, 4], 2],
  [
    [1, 1, 5, 4],
    [3, 2],
  ],
  [
    [1, 1, 3, 3],
    [1, 2],
  ],
  [
    [1, 1, 2, 2],
    [3, 4],
  ],
  [
    [1, 1, 3, 2, 3],
    [2, 1, 2],
  ],
  [
    [0, 1, 4, 5],
    [3, 2],
  ],
  [[2, 1, 1, 1], 1],
]
const image16 = (...image: number[]): Tensor => noise([16, 16, ...image])
const kernel16 = (): Tensor => noise([16, 16, 3, 3], { scale: 0.2 })
/** After a convolution in the layout of whole blocks, and before another. */
const between = (f: (x: Tensor) => Tensor, ...image: number[]): FamilyCase => ({
  f: withGradients((x, v, w) => conv2d(f(conv2d(x!, v!, { padding: 1 })), w!, { padding: 1 })),
  x: [image16(...image), kernel16(), kernel16()],
  forward: true,
})

export const poolCases: FamilyCases = {
  ...each(1),
  ...each(2),
  ...each(3),
  ...Object.fromEntries(
    adaptive.flatMap(([shape, size]): [string, FamilyCase][] => [
      [`adaptiveAvgPool/${shape} to ${size}`, { f: x => adaptiveAvgPool(x!.square(), size as never), x: [noise(shape)] }],
      [`adaptiveMaxPool/${shape} to ${size}`, { f: x => adaptiveMaxPool(x!.square(), size as never), x: [distinct(...shape)] }],
      [
        `adaptiveMaxPool/ties, ${shape} to ${size}`,
        { f: withGradients(x => adaptiveMaxPool(x!, size as never)), x: [few(...shape)], forward: true },
      ],
    ]),
  ),
  ...Object.fromEntries(
    [
      [1, 2, 5],
      [2, 1, 3, 2],
      [1, 2, 2, 1, 2],
      [2, 2, 1, 1],
      [0, 2, 3, 3],
    ].flatMap((shape): [string, FamilyCase][] => [
      [`globalAvgPool/${shape}`, { f: x => globalAvgPool(x!.square()), x: [noise(shape)] }],
      [`globalMaxPool/${shape}`, { f: x => globalMaxPool(x!.square()), x: [distinct(...shape)] }],
    ]),
  ),
  'maxUnpool2d/overlapping, changed in between': {
    f: x => {
      const { values, indices } = maxPoolWithIndices(x!, 2, { stride: 1 })
      return maxUnpool2d(
        values
          .mul(
            tensor([
              [1, 2, 3],
              [4, 5, 6],
            ]),
          )
          .square(),
        indices,
        2,
        { stride: 1 },
      )
    },
    x: [distinct(1, 1, 3, 4)],
  },
  'maxUnpool2d/a place of its own': {
    f: x =>
      maxUnpool2d(
        x!.square(),
        tensor(
          [
            [
              [
                [5, 0],
                [2, 7],
              ],
            ],
          ],
          [1, 1, 2, 2],
          'int32',
        ),
        2,
        { size: [3, 3] },
      ),
    x: [noise([1, 1, 2, 2])],
  },
  'maxPool2d/in a loop': inLoop(
    x => maxPool2d(x, 2, { stride: 1 }).square(),
    distinct(1, 1, 2, 3),
    noise([2, 1, 1, 2, 3], { scale: 1 / 64 }),
  ),
  'avgPool2d/in a loop': inLoop(
    x => avgPool2d(x, 2, { padding: 1, countIncludePad: false }).square(),
    noise([1, 1, 2, 3]),
    noise([2, 1, 1, 2, 3]),
  ),
  'adaptiveAvgPool/in a loop': inLoop(x => adaptiveAvgPool(x, 2).square(), noise([1, 1, 3]), noise([2, 1, 1, 3])),
  'maxPool2d/whole blocks': between(x => maxPool2d(x, 2), 6, 4),
  'maxPool2d/whole blocks, overlapping, padding': between(x => maxPool2d(x, 3, { stride: 2, padding: 1 }), 6, 5),
  'maxPool2d/whole blocks, ceil': between(x => maxPool2d(x, 2, { ceilMode: true }), 5, 5),
  'maxPool2d/whole blocks, after relu': between(x => maxPool2d(x.relu(), 2), 6, 4),
  'avgPool2d/whole blocks': between(x => avgPool2d(x, 2), 6, 5),
  'avgPool2d/whole blocks, overlapping, padding': between(x => avgPool2d(x, 3, { stride: 2, padding: 1 }), 6, 5),
  'avgPool2d/whole blocks, padding not counted, ceil': between(
    x => avgPool2d(x, 2, { padding: 1, ceilMode: true, countIncludePad: false }),
    5,
    4,
  ),
  'adaptiveAvgPool/whole blocks': between(x => adaptiveAvgPool(x, [3, 4]), 5, 5),
  'adaptiveMaxPool/whole blocks': between(x => adaptiveMaxPool(x, 3), 5, 4),
  'globalAvgPool/whole blocks': {
    f: withGradients((x, w) => globalAvgPool(conv2d(x!, w!, { padding: 1 }))),
    x: [image16(4, 3), kernel16()],
    forward: true,
  },
  'globalMaxPool/whole blocks': {
    f: withGradients((x, w) => globalMaxPool(conv2d(x!, w!, { padding: 1 }))),
    x: [image16(4, 3), kernel16()],
    forward: true,
  },
}
