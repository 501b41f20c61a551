import { HostRng, type Engine } from '@portolan/core'
import { ArrayDataset, kMeans } from '@portolan/data/node'
import { say } from '@portolan/example-vision-kit'

/** The kinds of digits that there are in a training set, which nobody has named. */
export interface Kinds {
  readonly count: number
  /** Pictures with their `kind`. */
  readonly told: ArrayDataset<'image' | 'kind'>
  /** n kinds, each as often as among the pictures. */
  draw(n: number, seed: number): Int32Array
}

/** Pictures of 28 × 28 bytes as means of 2 × 2 pixels, 0 … 1. → [n, 196] */
function coarse({ data, shape }: { readonly data: ArrayLike<number>; readonly shape: readonly number[] }) {
  const means = new Float32Array(shape[0]! * 196)
  for (let at = 0; at < data.length; at++) {
    const [picture, pixel] = [Math.floor(at / 784), at % 784]
    means[picture * 196 + Math.floor(pixel / 56) * 14 + ((pixel % 28) >> 1)]! += data[at]! / (4 * 255)
  }
  return { data: means, shape: [shape[0]!, 196] }
}

/**
 * Finds kinds of pictures by k-means, so that what draws can be told them though it is told no labels. What lies between two kinds need
 * not look like either; who knows the kinds can leave it out (Liu et al., "Diverse Image Generation via Self-Conditioned GANs", 2020).
 */
export async function findKinds(
  pictures: ArrayDataset<'image' | 'label'>,
  count: number,
  { seed, engine }: { seed: number; engine: Engine | undefined },
): Promise<Kinds> {
  const { image } = pictures.fields
  const { labels } = await kMeans(coarse(image), count, { seed, ...(engine && { engine }) })
  const sizes = Array.from({ length: count }, () => 0)
  for (const kind of labels) sizes[kind]!++
  say(`${count} kinds of digits, of ${Math.min(...sizes)} to ${Math.max(...sizes)} each`)
  return {
    count,
    told: new ArrayDataset({ image, kind: { data: labels, shape: [labels.length] } }),
    draw(n, seed) {
      const rng = new HostRng(seed)
      return Int32Array.from({ length: n }, () => labels[rng.integer(labels.length)]!)
    },
  }
}
