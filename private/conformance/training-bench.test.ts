import { readFileSync } from 'node:fs'
import { Buffer, load, Param, seed, variables, type State } from '@portolan/core'
import { benchmarks, type BenchmarkName } from '../bench/benchmarks.ts'
import type { Benchmark } from '../bench/benchmark.ts'
import { batchesOf, read, type Course } from './recipes.ts'
import { testCourse, type Expected } from './test-course.ts'

/** The benchmark's models at the sizes at which PyTorch's are recorded; `tiny` and `big` are `mlp` at others. */
const golden = JSON.parse(readFileSync(new URL('../golden/bench.json', import.meta.url), 'utf8')) as {
  models: (Expected & { name: BenchmarkName; sizes: object })[]
}

/** PyTorch's tensors by the paths of ours: both sides list the same, in the same order. */
const renamed = (model: object, theirs: State): State =>
  Object.fromEntries([...variables(model, [Param, Buffer]).keys()].map((path, i) => [path, Object.values(theirs)[i]!]))

for (const { name, sizes, ...expected } of golden.models) {
  const setup = (benchmarks[name] as Benchmark).at(sizes as never)
  const [weights, batches] = [await read(`bench/${name}.weights`), batchesOf(await read(`bench/${name}.batches`))]
  const course: Course = {
    make(fresh) {
      seed(fresh ? 99 : 0)
      const trainee = setup.make()
      if (!fresh) load(trainee.model, renamed(trainee.model, weights))
      return trainee
    },
    batches,
  }
  testCourse(name, course, expected)
}
