import { benchmarks, type BenchmarkName } from '../benchmarks.ts'
import { raced, type Case } from './case.ts'

/** Models that TensorFlow.js takes minutes for, whose gradients only its cpu backend has: beside it with fewer pictures in a batch. */
const fewer: Partial<Record<BenchmarkName, number>> = { resnet: 4, resnet18: 1 }

/** Whole steps of every model: forward, loss, backward and optimizer. */
export const train = (models: readonly BenchmarkName[]): Case[] =>
  models.flatMap(model => {
    const { title } = benchmarks[model]
    const n = fewer[model]
    const whole: Case = {
      task: 'train',
      name: model,
      title,
      model,
      measure: context => raced({ model, does: 'train' }, n ? { ...context, peers: context.peers.filter(p => p !== 'tfjs') } : context),
    }
    if (!n) return [whole]
    const part: Case = {
      ...whole,
      name: `${model} of ${n}`,
      title: title.replace(/batch \d+/, `batch ${n}`),
      measure: context => raced({ model, does: 'train', changes: { n } }, context),
    }
    return [whole, part]
  })
