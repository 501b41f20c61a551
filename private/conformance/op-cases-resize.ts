import { conv2d, gridSample, HostRng, resize, tensor, type GridSampleOptions, type ResizeOptions, type Tensor } from '@portolan/core'
import { noise } from '@portolan/test-kit'
import type { FamilyCase, FamilyCases } from './family-cases.ts'
import { inLoop, withGradients } from './op-cases-conv.ts'

const sizes: [shape: number[], options: ResizeOptions][] = [
  [[1, 2, 4], { size: 8 }],
  [[2, 1, 5], { size: 3 }],
  [[1, 1, 3], { scale: 1.5 }],
  [[1, 1, 1], { size: 4 }],
  [[1, 2, 2, 3], { scale: 2 }],
  [[1, 1, 3, 3], { size: [5, 2] }],
  [[2, 1, 4, 2], { size: [2, 4] }],
  [[1, 1, 4, 4], { scale: 0.5 }],
  [[1, 1, 3, 2], { scale: [1, 2.5] }],
  [[1, 1, 1, 1], { size: [2, 3] }],
  [[0, 2, 2, 2], { size: 3 }],
  [[1, 1, 3, 4], { size: [3, 4] }],
  [[1, 1, 2, 2, 3], { scale: 2 }],
  [[1, 1, 3, 2, 2], { size: [2, 3, 1] }],
]
const modes: [name: string, options: Pick<ResizeOptions, 'mode' | 'alignCorners'>][] = [
  ['nearest', {}],
  ['nearestExact', { mode: 'nearestExact' }],
  ['linear', { mode: 'linear' }],
  ['linear, aligned', { mode: 'linear', alignCorners: true }],
  ['cubic', { mode: 'cubic' }],
  ['cubic, aligned', { mode: 'cubic', alignCorners: true }],
]

const rng = new HostRng(11, 0)
/** Places between −1 and 1 for pixels in low … high, at least 0.15 from a pixel's centre and from its edge, where derivatives jump. */
function places(n: number, out: number[], image: readonly number[], alignCorners: boolean, beyond: number): Tensor {
  const count = n * out.reduce((a, b) => a * b, 1)
  const one = (d: number): number => {
    const pixel =
      Math.floor(-beyond + rng.uniform() * (d - 1 + 2 * beyond)) +
      (rng.uniform() < 0.5 ? 0.15 + 0.2 * rng.uniform() : 0.65 + 0.2 * rng.uniform())
    return alignCorners ? (2 * pixel) / Math.max(1, d - 1) - 1 : (2 * pixel + 1) / d - 1
  }
  return tensor(
    Float32Array.from({ length: count * image.length }, (_, i) => one(image[image.length - 1 - (i % image.length)]!)),
    [n, ...out, image.length],
  )
}
const grids: [name: string, n: number, c: number, image: number[], out: number[]][] = [
  ['', 1, 1, [2, 3], [1, 2]],
  ['batch', 2, 1, [1, 2], [1, 1]],
  ['1-d', 1, 1, [4], [3]],
  ['3-d', 1, 1, [1, 2, 2], [1, 1, 1]],
  ['one pixel', 1, 1, [1, 1], [1, 1]],
]

export const resizeCases: FamilyCases = {
  ...Object.fromEntries(
    modes.flatMap(([mode, how], i) =>
      sizes
        .filter((_, k) => i % 2 === 0 || k % 3 === 0)
        .map(([shape, what]): [string, FamilyCase] => [
          `resize/${mode}, [${shape}] ${what.size === undefined ? `times ${what.scale}` : `to ${what.size}`}`,
          { f: x => resize(x!.square(), { ...what, ...how }), x: [noise(shape)] },
        ]),
    ),
  ),
  ...Object.fromEntries(
    (['linear', 'nearest'] as const).flatMap(mode =>
      (['zeros', 'border', 'reflection'] as const).flatMap(padding =>
        [false, true].flatMap(alignCorners =>
          grids
            .filter(([name]) => !name || (mode === 'linear' && padding !== 'border' && !alignCorners))
            .map(([name, n, c, image, out]): [string, FamilyCase] => {
              const options: GridSampleOptions = { mode, padding, alignCorners }
              return [
                `gridSample/${[name, mode, padding, ...(alignCorners ? ['aligned'] : [])].filter(Boolean).join(', ')}`,
                {
                  f: (x, grid) => gridSample(x!, grid!, options),
                  x: [noise([n, c, ...image]), places(n, out, image, alignCorners, 1.4)],
                  eps: 2 ** -6,
                },
              ]
            }),
        ),
      ),
    ),
  ),
  'resize/in a loop': inLoop(x => resize(x, { size: [3, 3], mode: 'linear' }).square(), noise([1, 1, 2, 2]), noise([2, 1, 1, 2, 2])),
  'gridSample/in a loop': inLoop(
    x =>
      gridSample(
        x,
        tensor([
          [
            [
              [-0.2, 0.3],
              [0.45, -0.3],
            ],
          ],
        ]),
        { padding: 'border' },
      ).square(),
    noise([1, 1, 2, 2]),
    noise([2, 1, 1, 2, 2]),
  ),
  'gridSample/nothing to look at': { f: (x, grid) => gridSample(x!, grid!), x: [noise([1, 1, 2, 2]), noise([1, 0, 2, 2])] },
  'gridSample/no batch': { f: (x, grid) => gridSample(x!, grid!), x: [noise([0, 1, 2, 2]), noise([0, 1, 2, 2])] },
  'gridSample/not a number': {
    f: (x, grid) => gridSample(x!, grid!, { padding: 'border' }),
    x: [
      noise([1, 1, 2, 2]),
      tensor([
        [
          [
            [NaN, 0],
            [0.2, 0.1],
          ],
        ],
      ]),
    ],
    forward: true,
  },
  ...Object.fromEntries(
    modes.map(([mode, how]): [string, FamilyCase] => [
      `resize/${mode}, whole blocks`,
      {
        f: withGradients((x, v, w) => conv2d(resize(conv2d(x!, v!, { padding: 1 }), { scale: 2, ...how }), w!, { padding: 1 })),
        x: [noise([16, 16, 3, 2]), noise([16, 16, 3, 3], { scale: 0.2 }), noise([16, 16, 3, 3], { scale: 0.1 })],
        forward: true,
      },
    ]),
  ),
}
