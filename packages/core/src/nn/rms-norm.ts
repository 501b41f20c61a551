import { ShapeError } from '../errors.ts'
import { range, sameShape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'

/**
 * x/√(mean(x²) + ε)·weight over the last axes: layer norm without centring and bias.
 * Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.
 *
 * x: [..., ...d], weight: [...d] → [..., ...d]
 * @throws ShapeError if the input does not end in the shape of the weight.
 * @example
 * rmsNorm(x, weight, 1e-5)                     // as LLaMA has it
 */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon = 1e-6): Tensor {
  const lead = x.shape.length - weight.shape.length
  if (lead < 0 || !weight.shape.length || !sameShape(x.shape.slice(lead), weight.shape))
    throw new ShapeError(`rmsNorm: the input must end in [${weight.shape}], got [${x.shape}]`)
  const axes = range(weight.shape.length).map(i => lead + i)
  return x.div(x.square().mean(axes, true).add(epsilon).sqrt()).mul(weight)
}
