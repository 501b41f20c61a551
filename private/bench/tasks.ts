import { benchmarkNames, sized, type BenchmarkName } from './benchmarks.ts'

/** What one training step of each classifier works on. Labels are class numbers. */
export interface Task {
  /** Normal numbers of deviation 0.5; or, where there is a vocabulary, word numbers. */
  readonly x: readonly number[]
  readonly words?: number
  readonly y: readonly number[]
  readonly classes: number
}
export type ModelName = BenchmarkName

export const tasks = Object.fromEntries(
  benchmarkNames.flatMap(name => {
    const { x, y } = sized(name).setup.batch
    return x && y ? [[name, { x: x.shape, ...(x.below && { words: x.below }), y: y.shape, classes: y.below! }]] : []
  }),
) as Record<ModelName, Task>
