import type { Layer } from '@portolan/core'
import { benchmarkNames, sized, type BenchmarkName } from './benchmarks.ts'

export const models = Object.fromEntries(benchmarkNames.map(name => [name, () => sized(name).setup.make().model as Layer])) as Record<
  BenchmarkName,
  () => Layer
>
