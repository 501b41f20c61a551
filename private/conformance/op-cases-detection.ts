import { nonMaxSuppression, roiAlign, tensor, type NonMaxSuppressionOptions, type RoiAlignOptions, type Tensor } from '@portolan/core'
import { ints, noise } from '@portolan/test-kit'
import type { FamilyCase, FamilyCases } from './family-cases.ts'
import { inLoop } from './op-cases-conv.ts'

const boxes = (numbers: number[]): Tensor => tensor(Float32Array.from(numbers), [numbers.length / 4, 4])
const inside = [0.5, 0.25, 2.5, 2, 0, 0.75, 1.25, 3]
const regions: Record<string, [numbers: number[], shape: number[], options: Omit<RoiAlignOptions, 'image'>]> = {
  '': [inside, [2, 1, 3, 3], { size: 2, samples: 2 }],
  'one sample': [inside, [1, 2, 3, 4], { size: [1, 2], samples: 1 }],
  'three samples': [inside, [1, 1, 4, 3], { size: [2, 1], samples: 3 }],
  'half the scale': [[1, 2, 5, 3.5], [1, 2, 3, 3], { size: 2, samples: 2, scale: 0.5 }],
  'over the edge': [[-2, -1.5, 2, 5], [2, 1, 3, 3], { size: 2, samples: 2 }],
  outside: [[7, 8, 9, 12], [1, 1, 2, 2], { size: 2, samples: 1 }],
  'a point': [[1.2, 0.7, 1.2, 0.7], [1, 1, 3, 3], { size: 2, samples: 2 }],
  'one pixel': [inside, [1, 2, 1, 1], { size: 1, samples: 2 }],
  'no boxes': [[], [1, 2, 2, 2], { size: 2, samples: 2 }],
}
const crowd = (n: number): Tensor => {
  const [centre, half] = [noise([n, 2], { scale: 2 }), noise([n, 2], { scale: 0.5, offset: 1 })]
  return tensor(
    Float32Array.from(
      { length: 4 * n },
      (_, i) => centre.dataSync()[2 * (i >> 2) + (i & 1)]! + (i & 2 ? 1 : -1) * half.dataSync()[2 * (i >> 2) + (i & 1)]!,
    ),
    [n, 4],
  )
}
const chosen = (n: number, options: NonMaxSuppressionOptions, scores = noise([n])): FamilyCase => ({
  f: (b, s) => {
    const { indices, count } = nonMaxSuppression(b!, s!, options)
    return [indices, count, b!.gather(indices)]
  },
  x: [crowd(n), scores],
  forward: true,
})

export const detectionCases: FamilyCases = {
  ...Object.fromEntries(
    Object.entries(regions).flatMap(([name, [numbers, shape, options]]) =>
      [true, false].flatMap((aligned): [string, FamilyCase][] => {
        const k = numbers.length / 4
        const image = ints([k], shape[0]!)
        const suffix = `${name && ', '}${name}${aligned ? '' : ', not aligned'}`
        return [
          [
            `roiAlign/fixed boxes${suffix}`,
            { f: x => roiAlign(x!.square(), boxes(numbers), { ...options, image, aligned }), x: [noise(shape)] },
          ],
          [
            `roiAlign/boxes as they come${suffix}`,
            {
              f: (x, b, i) => roiAlign(x!, b!, { ...options, image: i!, aligned }),
              x: [noise(shape), boxes(numbers), image],
              forward: true,
            },
          ],
        ]
      }),
    ),
  ),
  ...Object.fromEntries(
    [1, 5, 20, 40].flatMap(n =>
      [0, 0.3, 0.6, 1].map((iouThreshold): [string, FamilyCase] => [
        `nonMaxSuppression/${n} boxes at ${iouThreshold}`,
        chosen(n, { maxOutput: 8, iouThreshold }),
      ]),
    ),
  ),
  'roiAlign/in a loop': inLoop(
    x => roiAlign(x, boxes(inside), { size: 2, samples: 1, image: tensor([0, 0], [2], 'int32') }).square(),
    noise([1, 1, 2, 3]),
    noise([2, 1, 1, 2, 3]),
  ),
  'nonMaxSuppression/good ones only': chosen(20, { maxOutput: 20, scoreThreshold: 0.25 }),
  'nonMaxSuppression/none is good': chosen(6, { maxOutput: 3, scoreThreshold: 5 }),
  'nonMaxSuppression/the best one': chosen(12, { maxOutput: 1 }),
  'nonMaxSuppression/equal scores': chosen(15, { maxOutput: 15, iouThreshold: 0.2 }, ints([15], 3).cast('float32')),
  'nonMaxSuppression/corners in no order': { ...chosen(9, { maxOutput: 9 }), x: [crowd(9).slice(1, 0, 4, 1).flip(1), noise([9])] },
  'nonMaxSuppression/classes': {
    f: (b, s, c) => {
      const { indices, count } = nonMaxSuppression(b!, s!, { maxOutput: 20, iouThreshold: 0.3, classes: c! })
      return [indices, count]
    },
    x: [crowd(30), noise([30]), ints([30], 4)],
    forward: true,
  },
  'nonMaxSuppression/one class': {
    f: (b, s, c) => {
      const { indices, count } = nonMaxSuppression(b!, s!, { maxOutput: 20, iouThreshold: 0.3, classes: c! })
      return [indices, count]
    },
    x: [crowd(10), noise([10]), ints([10], 1)],
    forward: true,
  },
  'nonMaxSuppression/no boxes': {
    f: (b, s) => {
      const { indices, count } = nonMaxSuppression(b!, s!, { maxOutput: 3 })
      return [indices, count]
    },
    x: [boxes([]), noise([0])],
    forward: true,
  },
}
