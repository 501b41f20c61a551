import { PortolanError, type Layer, type Param, type Shape, type Tensor } from '@portolan/core'

/** A layer with a weight: what weight and spectral norm work on. */
export interface Weighted extends Layer {
  readonly weight: Param
}

/** Stands in for a parameter, and is computed from others. It is no Variable, so neither checkpoints nor optimizers see it. */
class DerivedWeight {
  readonly shape: Shape
  readonly dtype = 'float32'
  readonly #compute: () => Tensor
  constructor(shape: Shape, compute: () => Tensor) {
    this.shape = shape
    this.#compute = compute
  }
  get value(): Tensor {
    return this.#compute()
  }
}

/** Puts a computed weight in place of a layer's own; `fields` become fields of the layer. */
export function deriveWeight<L extends Weighted>(
  name: string,
  layer: L,
  fields: Readonly<Record<string, unknown>>,
  compute: () => Tensor,
): L {
  const { weight } = layer
  if ((weight as object) instanceof DerivedWeight)
    throw new PortolanError(
      `${name}: the weight of this ${layer.constructor.name} is computed already. Use one of weightNorm and spectralNorm, once.`,
    )
  return Object.assign(layer, { weight: new DerivedWeight(weight.shape, compute), ...fields })
}
