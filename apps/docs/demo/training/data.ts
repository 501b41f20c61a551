import { FormatError } from '@portolan/core'
import { ArrayDataset, digits, parseIdx, readBytes, type IdxArray } from '@portolan/data/browser'

export interface Data {
  readonly name: string
  readonly train: ArrayDataset<'image' | 'label'>
  readonly test: ArrayDataset<'image' | 'label'>
}

/** So many images are tested on at most: a test must not take longer than an epoch. */
const mostTests = 2000

/** Digits made by rule, which need no download. */
export const generated = (): Data => ({ name: 'generated digits', ...digits({ train: 6000, test: 1000, seed: 1 }) })

export const isIdx = ({ name }: File): boolean => /idx\d?[-.]|ubyte/i.test(name)

/** MNIST's own files: images and labels to train on, and to test on if those are there too. */
export async function mnistFrom(files: readonly File[]): Promise<Data> {
  const arrays = await Promise.all(files.map(async f => ({ name: f.name, ...parseIdx(await readBytes(f), { label: f.name }) })))
  const images = arrays.filter(a => a.shape.length === 3)
  const sets = images.map(image => {
    const label = arrays.find(a => a.shape.length === 1 && a.shape[0] === image.shape[0])
    if (!label) throw new FormatError(`${image.name}: its labels are missing. Choose the images and their labels together.`)
    if (image.shape[1] !== 28 || image.shape[2] !== 28)
      throw new FormatError(`${image.name}: the images must be 28 × 28, got ${image.shape[1]} × ${image.shape[2]}.`)
    return labelled(image, label)
  })
  const [train, test] = sets.toSorted((a, b) => b.length - a.length)
  if (!train) throw new FormatError(`${files[0]!.name}: these are labels without images. Choose the images and their labels together.`)
  const rest = Math.min(mostTests, Math.floor(train.length / 6))
  return test
    ? { name: 'your images', train, test: test.slice(0, mostTests) }
    : { name: 'your images', train: train.slice(0, -rest), test: train.slice(-rest) }
}

function labelled(image: IdxArray, label: IdxArray & { name: string }): ArrayDataset<'image' | 'label'> {
  const wrong = Array.from(label.data).find(l => !Number.isInteger(l) || l < 0 || l > 9)
  if (wrong !== undefined) throw new FormatError(`${label.name}: labels must be digits 0 … 9, got ${wrong}.`)
  return new ArrayDataset({
    image: { data: Uint8Array.from(image.data), shape: image.shape },
    label: { data: Int32Array.from(label.data), shape: label.shape },
  })
}
