import { Param, type Tensor } from '@portolan/core'
import { deriveWeight, type Weighted } from './derived-weight.ts'

/** The length of each row, or slice of the axis. → the shape of the weight with 1 for all other axes */
const lengths = (weight: Tensor, axis: number): Tensor =>
  weight.norm(
    weight.shape.map((_, i) => i).filter(i => i !== axis),
    { keepDims: true },
  )

/**
 * Learns length and direction of a layer's weight apart: weight = g·v/‖v‖, each row by itself.
 *
 * layer with weight [out, ...] → the same layer, changed. axis: what has a length of its own, default 0. Parameters: weight_g and weight_v in place of weight.
 * Salimans and Kingma, "Weight Normalization", 2016. PyTorch: - (nn.utils.weight_norm); Keras: -.
 * @throws PortolanError if the weight is computed already.
 * @example
 * const layer = weightNorm(new Linear(64, 32))
 */
export function weightNorm<L extends Weighted>(layer: L, { axis = 0 }: { axis?: number } = {}): L {
  const start = layer.weight.value
  const [g, v] = [new Param(lengths(start, axis)), new Param(start)]
  return deriveWeight('weightNorm', layer, { weight_g: g, weight_v: v }, () => v.value.mul(g.value.div(lengths(v.value, axis))))
}
