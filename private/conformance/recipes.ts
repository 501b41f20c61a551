import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  accuracy,
  adam,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  Ema,
  load,
  Module,
  Rng,
  seed,
  sgd,
  tensor,
  warmupCosine,
  type Optimizer,
  type State,
  type Tensor,
} from '@portolan/core'
import { range } from '@portolan/core/engine'
import { readSafetensors } from '@portolan/core/node'
import { noise } from '@portolan/test-kit'
import { Cnn, Gpt, Mlp, Reader, ResNet8 } from './models.ts'

export type Batch = Record<string, Tensor>
/** Something that trains: its state, all of it, and one step. */
export interface Recipe {
  readonly state: object
  step(batch: Batch): Record<string, Tensor>
}

/** Tensors of a golden file. */
export async function read(name: string): Promise<State> {
  const { tensors } = await readSafetensors(fileURLToPath(new URL(`../golden/${name}.safetensors`, import.meta.url)))
  return Object.fromEntries(Object.entries(tensors).map(([path, { data, shape, dtype }]) => [path, tensor(data, shape, dtype)]))
}
const weights: Record<string, State> = {}
const data: Record<string, Batch[]> = {}
for (const name of ['mlp', 'cnn', 'lstm', 'gpt', 'resnet8', 'gan']) {
  weights[name] = await read(`training/${name}.weights`)
  data[name] = batchesOf(await read(`training/${name}.batches`))
}
/** Tensors with a first axis, as batches. */
export function batchesOf(stacked: State): Batch[] {
  const count = Object.values(stacked)[0]!.shape[0]!
  return range(count).map(i => Object.fromEntries(Object.entries(stacked).map(([name, t]) => [name, at(t, i)])))
}
function at(t: Tensor, i: number): Tensor {
  const [, ...shape] = t.shape
  const size = shape.reduce((a, b) => a * b)
  return tensor(t.dataSync().slice(i * size, (i + 1) * size), shape)
}

/** PyTorch's losses, by name, of 20 steps. */
export const losses = Object.fromEntries(
  (
    JSON.parse(readFileSync(new URL('../golden/training.json', import.meta.url), 'utf8')) as {
      models: { name: string; losses: Record<string, number[]>; buffers: Record<string, number[]> }[]
    }
  ).models.map(m => [m.name, m]),
)

function classifier(model: Module & { forward(x: Tensor): Tensor }, optimizer: Optimizer, ema?: Ema): Recipe {
  optimizer.init(model)
  return {
    state: { model, optimizer, ...(ema && { ema }) },
    step: ({ x, y }) => {
      const result = optimizer.minimize(model, () => {
        const logits = model.forward(x!)
        return { loss: crossEntropy(logits, y!), accuracy: accuracy(logits, y!) }
      })
      ema?.update()
      return result
    },
  }
}

/** Two updates in one step, and a random stream. */
function gan(): Recipe & { model: object } {
  const rng = new Rng(3)
  const model = { g: new Mlp(4, 16, 6), d: new Mlp(6, 16, 1) }
  const [dOptimizer, gOptimizer] = [adam(1e-2).init(model.d), adam(1e-2).init(model.g)]
  return {
    model,
    state: { model, rng, dOptimizer, gOptimizer },
    step: ({ x }) => {
      const z = rng.normal([x!.shape[0]!, 4])
      const d = dOptimizer.minimize(model.d, () => {
        const [real, fake] = [model.d.forward(x!), model.d.forward(model.g.forward(z))]
        return binaryCrossEntropyWithLogits(real, real.onesLike()).add(binaryCrossEntropyWithLogits(fake, fake.zerosLike()))
      })
      const g = gOptimizer.minimize(model.g, () => {
        const fake = model.d.forward(model.g.forward(z))
        return binaryCrossEntropyWithLogits(fake, fake.onesLike())
      })
      return { d, g }
    },
  }
}

const plain = (make: () => Module & { forward(x: Tensor): Tensor }) => (): Recipe & { model: object } => {
  const model = make()
  return { model, ...classifier(model, adam(1e-2)) }
}
const trained: Record<string, () => Recipe & { model: object }> = {
  mlp: plain(() => new Mlp(8, 16, 4)),
  cnn: plain(() => new Cnn()),
  lstm: plain(() => new Reader()),
  gpt: plain(() => new Gpt()),
  resnet8: plain(() => new ResNet8()),
  gan,
}

export interface Course {
  /** From golden weights, or, `fresh`, from others: what a process starts with that goes on with a checkpoint. */
  make(fresh?: boolean): Recipe
  batches: Batch[]
  /** What rounding moves: parameters whose true gradient is zero, of which Adam makes steps of full length, and what follows them. */
  vague?(path: string): boolean
}
/** Of a bias before a normalization, and the mean that moves with it. */
const beforeNorm = (path: string): boolean => path.endsWith('conv1.bias') || path.endsWith('norm.running_mean')

export const courses: Record<string, Course> = {
  ...Object.fromEntries(
    Object.entries(trained).map(([name, make]): [string, Course] => [
      name,
      {
        make: fresh => {
          seed(fresh ? 99 : 0)
          const recipe = make()
          if (!fresh) load(recipe.model, weights[name]!)
          return recipe
        },
        batches: data[name]!,
        ...(name === 'cnn' && { vague: beforeNorm }),
      },
    ]),
  ),
  'mlp with clipping, schedule, momentum and average': {
    make: fresh => {
      seed(fresh ? 99 : 0)
      const model = new Mlp(8, 16, 4)
      if (!fresh) load(model, weights.mlp!)
      const optimizer = sgd(0.1, { momentum: 0.9, nesterov: true, weightDecay: 1e-3, clipNorm: 0.5, schedule: warmupCosine(3, 20) })
      return classifier(model, optimizer, new Ema(model, 0.9))
    },
    batches: data.mlp!,
  },
  'cnn of 16 channels': {
    make: fresh => {
      seed(fresh ? 99 : 4)
      return classifier(new Cnn(16), sgd(0.05, { momentum: 0.9 }))
    },
    batches: [0, 1].map(() => ({ x: noise([16, 1, 12, 12]), y: tensor(Int32Array.from({ length: 16 }, (_, i) => i % 10)) })),
    vague: beforeNorm,
  },
}
