import { fillShape, type Shape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Module } from './module.ts'

/**
 * Gives back what it is given: x.
 *
 * x: [...] → same. PyTorch: Identity; Keras: Identity.
 * @example
 * new Identity().forward(x)
 */
export class Identity extends Module {
  /** x: [...] → the same tensor */
  forward(x: Tensor): Tensor {
    return x
  }
}

/**
 * A function of one tensor as a layer: f(x).
 *
 * x: [...] → what f makes of it. PyTorch: -; Keras: Lambda, Activation, Reshape, Permute, RepeatVector.
 * @example
 * new Lambda(x => x.transpose([0, 2, 1]))
 */
export class Lambda extends Module {
  readonly #f: (x: Tensor) => Tensor
  constructor(f: (x: Tensor) => Tensor) {
    super()
    this.#f = f
  }
  /** x: [...] → what the function makes of it */
  forward(x: Tensor): Tensor {
    return this.#f(x)
  }
}

/**
 * Joins axes into one, row by row: x[n, i, j] is y[n, i·w + j].
 *
 * x: [n, ...] → [n, all]. from: the first axis that is joined, default 1. PyTorch: Flatten; Keras: Flatten.
 * @example
 * new Flatten().forward(zeros([2, 8, 7, 7]))           // [2, 392]
 */
export class Flatten extends Module {
  constructor(readonly from = 1) {
    super()
  }
  /** x: [n, ...] → [n, all] where axes from 1 on are joined */
  forward(x: Tensor): Tensor {
    return x.flatten(this.from)
  }
}

/**
 * Divides an axis into several, row by row: x[n, i·w + j] is y[n, i, j].
 *
 * x: [n, all, ...] → [n, ...shape, ...]; one number of the shape may be −1. axis: default 1. PyTorch: Unflatten; Keras: -.
 * @throws ShapeError if the axis does not have as many numbers.
 * @example
 * new Unflatten([8, 7, 7]).forward(zeros([2, 392]))    // [2, 8, 7, 7]
 */
export class Unflatten extends Module {
  readonly #axis: number
  constructor(
    readonly shape: Shape,
    { axis = 1 }: { axis?: number } = {},
  ) {
    super()
    this.#axis = axis
  }
  /** x: [n, all, ...] → [n, ...shape, ...] */
  forward(x: Tensor): Tensor {
    return x.reshape(x.shape.toSpliced(this.#axis, 1, ...fillShape(this.shape, x.shape.at(this.#axis) ?? 0)))
  }
}
