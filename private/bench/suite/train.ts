import { benchmarks, type BenchmarkName } from '../benchmarks.ts'
import { raced, type Case } from './case.ts'

/** Whole steps of every model: forward, loss, backward and optimizer. */
export const train = (models: readonly BenchmarkName[]): Case[] =>
  models.map(model => ({
    task: 'train',
    name: model,
    title: benchmarks[model].title,
    model,
    measure: context => raced({ model, does: 'train' }, context),
  }))
