import { PortolanError } from '../errors.ts'
import { Param } from '../nn/variable.ts'
import { mse } from '../loss/mse.ts'
import { goldenTensor, readGolden, type GoldenTensor } from '../testing/golden.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { adadelta } from './adadelta.ts'
import { adagrad } from './adagrad.ts'
import { adam, adamW } from './adam.ts'
import { adamax } from './adamax.ts'
import { lamb } from './lamb.ts'
import { lion } from './lion.ts'
import { nadam } from './nadam.ts'
import type { Optimizer, OptimizerOptions } from './optimizer.ts'
import { radam } from './radam.ts'
import { rmsprop } from './rmsprop.ts'
import { cosineDecay } from './schedule/cosine-decay.ts'
import { sgd } from './sgd.ts'

/** For tests: every optimizer by name. */
export const optimizers: Readonly<Record<string, (lr: number, options: object) => Optimizer>> = {
  sgd,
  adam,
  adamW,
  rmsprop,
  adagrad,
  adadelta,
  adamax,
  nadam,
  radam,
  lion,
  lamb,
}

/** A trajectory of private/golden/optimizers.json, and the optimizer that must follow it. */
export interface OptimizerCase {
  readonly name: string
  readonly make: () => Optimizer
  readonly points: readonly { step: number; w: GoldenTensor; b: GoldenTensor }[]
  readonly losses: readonly number[]
}

interface File extends Record<'x' | 'target' | 'w' | 'b', GoldenTensor> {
  readonly cases: readonly (OptimizerCase & { optimizer: string; lr: number; options: object })[]
  readonly shared: readonly OptimizerCase[]
}
const file = readGolden('optimizers') as File

const common: Readonly<Record<string, () => Optimizer>> = {
  groups: () => adamW(0.05, { weightDecay: 0.1, groups: [{ filter: 'b', weightDecay: 0, lrScale: 0.2 }] }),
  schedule: () => sgd(0.1, { momentum: 0.9, schedule: cosineDecay(50, { floor: 0.1 }) }),
  ...Object.fromEntries(
    Object.entries<OptimizerOptions>({
      clipNorm: { clipNorm: 0.5 },
      clipValue: { clipValue: 0.1 },
      clipBoth: { clipValue: 0.1, clipNorm: 0.2 },
      accumulate: { clipNorm: 0.5, accumulate: 2 },
    }).map(([name, options]) => [name, () => sgd(0.05, { momentum: 0.9, ...options })]),
  ),
}

export const optimizerCases: readonly OptimizerCase[] = [
  ...file.cases.map(c => ({ ...c, make: () => optimizers[c.optimizer]!(c.lr, c.options) })),
  ...file.shared.map(c => ({
    ...c,
    make:
      common[c.name] ??
      (() => {
        throw new PortolanError(`no optimizer for ${c.name}`)
      }),
  })),
]

/** The problem that the trajectories belong to: x·w + b shall be near the target. */
export function linearProblem(): {
  model: { w: Param; b: Param }
  data: { x: Tensor; target: Tensor }
  loss: (data: { x: Tensor; target: Tensor }) => Tensor
} {
  const model = { w: new Param(goldenTensor(file.w)), b: new Param(goldenTensor(file.b)) }
  return {
    model,
    data: { x: goldenTensor(file.x), target: goldenTensor(file.target) },
    loss: ({ x, target }) => mse(x.matmul(model.w.value).add(model.b.value), target),
  }
}

/** The batch in as many parts as make one step. */
export function partsOf({ x, target }: { x: Tensor; target: Tensor }, optimizer: Optimizer): { x: Tensor; target: Tensor }[] {
  if (!optimizer.calls) return [{ x, target }]
  const targets = target.split(2, 0)
  return x.split(2, 0).map((part, i) => ({ x: part, target: targets[i]! }))
}
