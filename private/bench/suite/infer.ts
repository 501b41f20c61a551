import { benchmarks, type BenchmarkName } from '../benchmarks.ts'
import { raced, type Case } from './case.ts'

const vision: ReadonlySet<BenchmarkName> = new Set(['cnn', 'cifar', 'resnet', 'resnet18', 'vit'])
const batches = [1, 64]

/** Forward passes of the vision models, in evaluation mode. */
export const infer = (models: readonly BenchmarkName[]): Case[] =>
  models
    .filter(model => vision.has(model))
    .flatMap(model =>
      batches.map(n => ({
        task: 'infer',
        name: `${model} at batch ${n}`,
        title: benchmarks[model].title.replace(/batch \d+/, `batch ${n}`),
        model,
        measure: context => raced({ model, does: 'forward', changes: { n } }, context),
      })),
    )
