import { ShapeError } from '../errors.ts'
import { Trace } from '../graph/trace.ts'
import type { DType, Shape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Module, type Layer } from './module.ts'

/** Makes a layer for inputs of this shape, without the batch axis. */
export type LayerBuilder = (inputShape: Shape) => Layer

/**
 * Layers one after another: fₖ(… f₁(f₀(x))).
 *
 * x: what the first takes → what the last gives. In a checkpoint they are called by their numbers: `0.weight`.
 * PyTorch: Sequential; Keras: -.
 * @example
 * new Sequential([new Linear(2, 8), new ReLU(), new Linear(8, 1)]).forward(x)
 */
export class Sequential extends Module {
  readonly [index: number]: Layer
  readonly #layers: readonly Layer[]
  constructor(layers: readonly Layer[]) {
    super()
    this.#layers = layers
    Object.assign(this, layers)
  }
  /** x: what the first layer takes → what the last one gives */
  forward(x: Tensor): Tensor {
    return this.#layers.reduce((h, layer) => layer.forward(h), x)
  }
}

/**
 * Layers one after another whose input sizes follow from each other: only what comes out of each is said.
 * inputShape is without the batch axis; dtype is that of the input, default float32, int32 for an embedding.
 * Shapes are known once and for all when this returns.
 * @throws ShapeError if a layer does not take what the one before gives.
 * @example
 * const model = sequential([1, 28, 28], [convolution(32, 3), lambda(gelu), maxPooling(2), flatten(), dense(10)])
 */
export function sequential(
  inputShape: Shape,
  builders: readonly LayerBuilder[],
  { dtype = 'float32' }: { dtype?: DType } = {},
): Sequential {
  let now: { shape: Shape; dtype: DType } = { shape: inputShape, dtype }
  const layers = builders.map((build, i) => {
    try {
      const layer = build(now.shape)
      const trace = new Trace()
      const x = trace.input({ shape: [2, ...now.shape], dtype: now.dtype })
      const y = trace.run(() => layer.forward(x))
      now = { shape: y.shape.slice(1), dtype: y.dtype }
      return layer
    } catch (error) {
      if (error instanceof ShapeError) error.message = `sequential: layer ${i}: ${error.message}`
      throw error
    }
  })
  return new Sequential(layers)
}
