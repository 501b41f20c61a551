import { HostRng, tensor, type Engine, type Tensor } from '@portolan/core'
import { ArrayDataset } from '@portolan/data/node'
import type { Images } from '@portolan/example-vision-kit'
import { frechetDistance, nearestDistances, precisionRecall } from '@portolan/generative'
import type { Judge } from './judge.ts'

/** What samples of digits are worth. */
export interface SampleScores {
  readonly samples: number
  /** Share that the judge is sure of by more than 0.9. */
  readonly confident: number
  /** Share of each digit, as the judge reads them. */
  readonly classShares: readonly number[]
  /** Of the judge's features, beside as many digits of the test set. */
  readonly precision: number
  readonly recall: number
  readonly frechet: number
  /** Median distance of a sample to the nearest training digit over that of a test digit: near 0 where training digits are learned by heart. */
  readonly nearest: number
  /** What the judge reads, sample by sample. */
  readonly classes: readonly number[]
}

/** Pictures as they are judged. → [n, 1, 28, 28] in 0 … 1 */
export function tensorOf({ fields: { image } }: ArrayDataset<'image' | 'label'>): Tensor {
  const pixels = new Float32Array(image.data)
  for (let i = 0; i < pixels.length; i++) pixels[i]! /= 255
  return tensor(pixels, [image.shape[0]!, 1, 28, 28])
}

/** Scores samples [n, 1, 28, 28] in 0 … 1, beside the test set's digits; distances to the training set are those of 500 of each. */
export async function scoreSamples(samples: Tensor, images: Images, judge: Judge, engine: Engine | undefined): Promise<SampleScores> {
  const n = samples.shape[0]!
  const { probabilities, features } = await judge.look(samples)
  const rows = Array.from({ length: n }, (_, i) => probabilities.subarray(10 * i, 10 * i + 10))
  const classes = rows.map(row => row.indexOf(Math.max(...row)))
  const some = (set: ArrayDataset<'image' | 'label'>, count: number): ArrayDataset<'image' | 'label'> =>
    set.subset(new HostRng(1).permutation(set.length).subarray(0, Math.min(count, set.length)))
  const held = some(images.test, n)
  const seen = await judge.look(tensorOf(held))
  const options = engine ? { engine } : {}
  const of = (data: Float32Array, d: number) => ({ data, shape: [data.length / d, d] })
  const [real, made] = [of(seen.features, 400), of(features, 400)]
  const median = (values: Float32Array): number => values.toSorted()[values.length >> 1]!
  const few = Math.min(500, n, held.length)
  const train = tensorOf(images.train).flatten(1)
  const near = async (x: Tensor): Promise<number> => median(await nearestDistances(x.slice(0, 0, few).flatten(1), train, options))
  return {
    samples: n,
    confident: rows.filter(row => Math.max(...row) > 0.9).length / n,
    classShares: Array.from({ length: 10 }, (_, c) => classes.filter(k => k === c).length / n),
    ...(await precisionRecall(real, made, options)),
    frechet: await frechetDistance(real, made),
    nearest: (await near(samples)) / (await near(tensorOf(held))),
    classes,
  }
}
