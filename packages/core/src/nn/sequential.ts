import { ShapeError } from '../errors.ts'
import { Trace } from '../graph/trace.ts'
import type { Shape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Linear, type LinearOptions } from './linear.ts'
import { Module, type Layer } from './module.ts'

/** A function of one tensor as a layer. */
class Lambda extends Module {
  readonly #f: (x: Tensor) => Tensor
  constructor(f: (x: Tensor) => Tensor) {
    super()
    this.#f = f
  }
  forward(x: Tensor): Tensor {
    return this.#f(x)
  }
}

/** Makes a layer for inputs of this shape, without the batch axis. */
export type LayerBuilder = (inputShape: Shape) => Layer

/** Layers one after another; in a checkpoint they are called by their numbers, as in PyTorch: `0.weight`. */
export class Sequential extends Module {
  readonly [index: number]: Layer
  readonly #layers: readonly Layer[]
  constructor(layers: readonly Layer[]) {
    super()
    this.#layers = layers
    Object.assign(this, layers)
  }
  forward(x: Tensor): Tensor {
    return this.#layers.reduce((h, layer) => layer.forward(h), x)
  }
}

/**
 * Layers one after another whose input sizes follow from each other: only what comes out of each is said.
 * inputShape is without the batch axis. Shapes are known once and for all when this returns.
 * @throws ShapeError if a layer does not take what the one before gives.
 * @example
 * const model = sequential([784], [dense(128), lambda(x => x.relu()), dense(10)])
 */
export function sequential(inputShape: Shape, builders: readonly LayerBuilder[]): Sequential {
  let shape = inputShape
  const layers = builders.map((build, i) => {
    const layer = build(shape)
    const trace = new Trace()
    const x = trace.input({ shape: [2, ...shape], dtype: 'float32' })
    try {
      shape = trace.run(() => layer.forward(x)).shape.slice(1)
    } catch (error) {
      if (error instanceof ShapeError) error.message = `sequential: layer ${i}: ${error.message}`
      throw error
    }
    return layer
  })
  return new Sequential(layers)
}

/** A linear layer of so many outputs, for `sequential`. */
export const dense =
  (units: number, options?: LinearOptions): LayerBuilder =>
  shape =>
    new Linear(shape.at(-1)!, units, options)

/** Any function of one tensor, for `sequential`. */
export const lambda =
  (f: (x: Tensor) => Tensor): LayerBuilder =>
  () =>
    new Lambda(f)
