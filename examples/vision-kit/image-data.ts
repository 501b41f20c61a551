import { ArrayDataset, cifar10, digits, mnist, shapes, stratifiedSplit } from '@portolan/data/node'
import type { RunOptions } from './run-options.ts'

/** Pictures with a class each, kept apart as they should be: the test set is looked at once, at the end. */
export interface Images {
  readonly train: ArrayDataset<'image' | 'label'>
  readonly validation: ArrayDataset<'image' | 'label'>
  readonly test: ArrayDataset<'image' | 'label'>
  readonly classes: readonly string[]
}

function divided(
  { fields: { image, label } }: ArrayDataset<'image' | 'label'>,
  share: number,
  seed: number,
): Pick<Images, 'train' | 'validation'> {
  const all = new ArrayDataset({ image, label }) // without boxes and masks, where there are some
  const [train, validation] = stratifiedSplit(label.data, { fraction: 1 - share, seed })
  return { train: all.subset(train), validation: all.subset(validation) }
}

/** CIFAR-10, or as many generated shapes as are wanted, 32 × 32 both. A tenth of the training set is for validation. */
export async function cifarData({ data, seed }: RunOptions, { count = 1500 }: { count?: number } = {}): Promise<Images> {
  if (data === 'real') {
    const { train, test, classes } = await cifar10()
    return { ...divided(train, 0.1, seed), test, classes }
  }
  const { train, test, classes } = shapes({ size: 32, objects: 1, train: count, test: Math.ceil(count / 5), seed })
  return { ...divided(train as ArrayDataset<'image' | 'label'>, 0.1, seed), test: test as ArrayDataset<'image' | 'label'>, classes }
}

/** MNIST, or the generated digits. A twelfth of the training set is for validation. */
export async function digitData({ data, seed }: Pick<RunOptions, 'data' | 'seed'>): Promise<Images> {
  const { train, test } = data === 'real' ? await mnist() : digits({ seed })
  return { ...divided(withChannel(train), 1 / 12, seed), test: withChannel(test), classes: Array.from({ length: 10 }, (_, i) => String(i)) }
}

/** Transforms want pictures as [c, h, w]: [n, h, w] → [n, 1, h, w] */
const withChannel = ({ length, fields: { image, label } }: ArrayDataset<'image' | 'label'>): ArrayDataset<'image' | 'label'> =>
  new ArrayDataset({ image: { data: image.data, shape: [length, 1, ...image.shape.slice(1)] }, label })
