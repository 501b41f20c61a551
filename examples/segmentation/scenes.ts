import { ArrayDataset, segmentationFolder, shapes } from '@portolan/data/node'
import { dataFolder, type RunOptions } from '@portolan/example-vision-kit'

type Labelled = ArrayDataset<'image' | 'mask'>

/** Pictures with the class of every pixel. */
export interface Scenes {
  readonly train: Labelled
  readonly validation: Labelled
  readonly test: Labelled
  readonly classes: readonly string[]
  /** The number of pixels that do not count. */
  readonly ignoreIndex?: number
}

const camVid = ['sky', 'building', 'pole', 'road', 'pavement', 'tree', 'sign', 'fence', 'car', 'pedestrian', 'bicyclist']

/** CamVid's road scenes, or generated shapes. */
export async function scenes({ data, seed }: RunOptions): Promise<Scenes> {
  if (data === 'real') {
    const part = async (split: string) =>
      (await segmentationFolder(dataFolder('camvid'), { list: `${split}.txt`, names: camVid, ignore: camVid.length })).inMemory()
    return {
      train: await part('train'),
      validation: await part('val'),
      test: await part('test'),
      classes: camVid,
      ignoreIndex: camVid.length,
    }
  }
  const all = shapes({ size: 48, objects: 2, train: 240, test: 40, seed })
  const [train, validation] = all.train.split(5 / 6, seed)
  const own = ({ fields: { image, mask } }: ArrayDataset<'image' | 'mask'>) => new ArrayDataset({ image, mask })
  return { train: own(train), validation: own(validation), test: own(all.test), classes: ['background', ...all.classes] }
}
