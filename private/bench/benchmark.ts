import { adam, crossEntropy, HostRng, seed, tensor, trainable, type Layer, type Tensor } from '@portolan/core'

/** An input of a step: normal numbers of deviation 0.5 or, with `below`, whole numbers from 0. */
export interface Input {
  readonly shape: readonly number[]
  readonly below?: number
}
export type Batch = Record<string, Tensor>

/** Something that trains. */
export interface Trainee {
  /** Its parameters stand in the order in which PyTorch lists those of the same model. */
  readonly model: object
  /** All that a step changes. */
  readonly state: object
  step(batch: Batch): Record<string, Tensor>
}

/** A model at some size, and what one step of its training works on. */
export interface Setup {
  readonly batch: Readonly<Record<string, Input>>
  make(): Trainee
}

/** A model of the suite. `peers/torch_models` has each under the same name, of the same sizes. */
export interface Benchmark<S extends object = never> {
  readonly title: string
  readonly full: S
  at(sizes: S): Setup
}

/** What most models are: something that tells classes apart, trained by Adam. */
export const classifier = (x: Input, y: Required<Input>, make: () => Layer): Setup => ({
  batch: { x, y },
  make() {
    const model = make()
    const optimizer = adam(1e-3).init(model)
    const step = ({ x, y }: Batch): { loss: Tensor } => ({
      loss: optimizer.minimize(model, () => crossEntropy(model.forward(x!), y!)),
    })
    return { model, state: { model, optimizer }, step }
  },
})

/** Batches used in turn. */
export const batchCount = 4

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** A setup made, always with the same weights, and its batches. */
export function prepare({ batch, make }: Setup): { trainee: Trainee; batches: Batch[] } {
  seed(0)
  const trainee = make()
  const rng = new HostRng(1)
  const draw = ({ shape, below }: Input): Tensor => {
    const data = below
      ? Int32Array.from({ length: size(shape) }, () => rng.integer(below))
      : Float32Array.from({ length: size(shape) }, () => 0.5 * rng.normal())
    return tensor(data, [...shape])
  }
  const one = (): Batch => Object.fromEntries(Object.entries(batch).map(([name, input]) => [name, draw(input)]))
  return { trainee, batches: Array.from({ length: batchCount }, one) }
}

/** How many numbers are trained. */
export const parameterCount = (model: object): number => [...trainable(model).values()].reduce((sum, p) => sum + size(p.shape), 0)
