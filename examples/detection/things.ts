import { pascalVoc, resize, shapes, type ArrayDataset, type Fields } from '@portolan/data/node'
import { dataFolder, type RunOptions } from '@portolan/example-vision-kit'
import type { Box, Truth } from '@portolan/vision'
import { join } from 'node:path'

type Boxed = ArrayDataset<'image' | 'boxes' | 'classes'>

/** Pictures with things in boxes. */
export interface Things {
  readonly train: Boxed
  readonly validation: Boxed
  readonly test: Boxed
  readonly classes: readonly string[]
}

/** Blood cells, made smaller to 256 × 320 pixels; or generated shapes. */
export async function things({ data, seed }: RunOptions): Promise<Things> {
  if (data === 'real') {
    const classes = ['RBC', 'WBC', 'Platelets']
    const part = async (split: string) =>
      // two boxes of BCCD have no size
      (await pascalVoc(join(dataFolder('bccd'), 'BCCD'), { split, names: classes, emptyBoxes: 'drop' })).inMemory(resize([256, 320]))
    return { train: await part('train'), validation: await part('val'), test: await part('test'), classes }
  }
  const { train: all, test, classes } = shapes({ size: 64, objects: 3, train: 360, test: 60, seed })
  const [train, validation] = all.split(5 / 6, seed)
  return { train, validation, test, classes }
}

/** What a batch of boxes, filled up with rows of class −1, says of each picture. */
export function truthsOf({ boxes, classes }: Fields): Truth[] {
  const [n, room] = classes!.shape as [number, number]
  return Array.from({ length: n }, (_, i) => {
    const rows = Array.from({ length: room }, (_, k) => i * room + k).filter(k => classes!.data[k]! >= 0)
    return {
      boxes: rows.map(k => Array.from(boxes!.data.subarray(4 * k, 4 * k + 4)) as unknown as Box),
      labels: rows.map(k => classes!.data[k]!),
    }
  })
}
