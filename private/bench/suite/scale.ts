import type { BenchmarkName } from '../benchmarks.ts'
import { raced, type Case } from './case.ts'

interface Series {
  readonly model: BenchmarkName
  readonly axis: string
  readonly values: readonly number[]
  readonly changes: (value: number) => object
}

/** Both hidden layers of a 784-w-w-10 perceptron for so many parameters: w² + 796·w + 10 = count. */
const width = (count: number): number => Math.max(1, Math.round(-398 + Math.sqrt(398 ** 2 + count - 10)))

const series: readonly Series[] = [
  { model: 'cnn', axis: 'batch', values: [1, 4, 16, 64, 256, 512], changes: n => ({ n }) },
  {
    model: 'mlp',
    axis: 'parameters',
    values: [1e4, 1e5, 1e6, 1e7, 3e7],
    changes: count => ({ widths: [784, width(count), width(count), 10] }),
  },
  { model: 'lstm', axis: 'words', values: [16, 32, 64, 128, 256, 512], changes: t => ({ t }) },
  { model: 'gpt', axis: 'words', values: [16, 32, 64, 128, 256, 512], changes: t => ({ t, n: 8 }) },
]

/** How a training step grows: with the batch, the parameters, the length of a text. */
export const scale = (models: readonly BenchmarkName[]): Case[] =>
  series
    .filter(({ model }) => models.includes(model))
    .flatMap(({ model, axis, values, changes }) =>
      values.map(value => ({
        task: 'scale',
        name: `${model} of ${value} ${axis}`,
        title: `${model}, ${value.toLocaleString('en')} ${axis}`,
        model,
        along: { axis, value },
        measure: context => raced({ model, does: 'train', changes: changes(value) }, context),
      })),
    )
