import type { Benchmark, Setup } from './benchmark.ts'
import { cifar, cnn } from './models/cnn.ts'
import { dcgan } from './models/dcgan.ts'
import { dqn } from './models/dqn.ts'
import { gpt } from './models/gpt.ts'
import { big, mlp, tiny } from './models/mlp.ts'
import { bigru, lstm } from './models/reader.ts'
import { resnet, resnet18 } from './models/resnet.ts'
import { seq2seq } from './models/seq2seq.ts'
import { vit } from './models/vit.ts'

export const benchmarks = { mlp, cnn, cifar, lstm, gpt, tiny, big, resnet, resnet18, vit, bigru, seq2seq, dcgan, dqn } as const

export type BenchmarkName = keyof typeof benchmarks
export const benchmarkNames = Object.keys(benchmarks) as BenchmarkName[]

/** What a benchmark is at its full size, or with some sizes changed. */
export function sized(name: BenchmarkName, changes: object = {}): { sizes: object; setup: Setup } {
  const benchmark = benchmarks[name] as Benchmark
  const sizes = { ...(benchmark.full as object), ...changes } as never
  return { sizes, setup: benchmark.at(sizes) }
}
