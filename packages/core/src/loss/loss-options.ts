import { DTypeError, ShapeError } from '../errors.ts'
import { broadcastShapes, sameShape, size, type Shape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** What becomes of the single losses: their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none'

/** What every loss takes. "The losses" are what `reduction: 'none'` gives; each loss says their shape. */
export interface LossOptions {
  /** Default 'mean'. */
  reduction?: Reduction
  /** float32, broadcasts to the losses: each is multiplied by its weight. The mean still divides by how many there are. */
  weight?: Tensor
  /**
   * bool, broadcasts to the losses: where it is false there is no loss and no gradient, whatever the numbers there, even NaN,
   * and the mean does not count it. Where nothing is left the mean is 0, with gradient 0.
   */
  mask?: Tensor
}

const fits = (from: Shape, to: Shape): boolean => {
  try {
    return sameShape(broadcastShapes(from, to), to)
  } catch {
    return false
  }
}

function checkOption(name: string, option: string, x: Tensor | undefined, dtype: 'float32' | 'bool', losses: Shape): void {
  if (!x) return
  if (x.dtype !== dtype)
    throw new DTypeError(
      `${name}: ${option} must be ${dtype}, got ${x.dtype}. ${dtype === 'bool' ? 'Compare it: x.greater(0)' : `Cast it: x.cast('float32')`}`,
    )
  if (!fits(x.shape, losses))
    throw new ShapeError(
      `${name}: ${option} must broadcast to the losses [${losses}], got [${x.shape}]. Give it axes of length 1: x.expandDims(-1)`,
    )
}

/** Inputs of losses [...rows, ...rest] with zeros where the mask leaves them out, so that no gradient of theirs can be NaN. */
export function masked(name: string, mask: Tensor | undefined, losses: Shape, inputs: readonly Tensor[]): Tensor[] {
  checkOption(name, 'mask', mask, 'bool', losses)
  if (!mask) return [...inputs]
  const lead = mask.reshape([...Array<number>(losses.length - mask.shape.length).fill(1), ...mask.shape])
  return inputs.map(x => lead.reshape([...lead.shape, ...Array<number>(x.shape.length - losses.length).fill(1)]).where(x, 0))
}

/**
 * Weighs, masks and reduces losses. `share` is what each loss adds to the mean's denominator, 1 by default.
 * @throws ShapeError for the mean of no losses at all, where PyTorch gives NaN.
 */
export function reduce(name: string, losses: Tensor, { reduction = 'mean', weight, mask }: LossOptions, share?: Tensor): Tensor {
  checkOption(name, 'weight', weight, 'float32', losses.shape)
  checkOption(name, 'mask', mask, 'bool', losses.shape)
  const weighed = weight ? losses.mul(weight) : losses
  const kept = mask ? mask.where(weighed, 0) : weighed
  if (reduction === 'none') return kept
  if (reduction === 'sum') return kept.sum()
  if (size(losses.shape) === 0)
    throw new ShapeError(
      `${name}: the mean of no losses [${losses.shape}] is not defined. Leave empty batches out, or take reduction: 'sum'`,
    )
  if (!mask && !share) return kept.mean()
  const shares = share ?? losses.onesLike()
  const count = (mask ? mask.where(shares, 0) : shares).sum()
  return kept.sum().div(count.equal(0).where(1, count))
}

/** @throws DTypeError unless all are float32. */
export function checkFloat(name: string, inputs: Readonly<Record<string, Tensor>>): void {
  for (const [input, { dtype }] of Object.entries(inputs))
    if (dtype !== 'float32') throw new DTypeError(`${name}: ${input} must be float32, got ${dtype}. Cast it: x.cast('float32')`)
}

/**
 * Broadcasting [n] against [n, 1] would silently give [n, n]: losses want one shape.
 * @throws ShapeError, DTypeError unless all are float32 of one shape.
 */
export function checkPair(name: string, inputs: Readonly<Record<string, Tensor>>): void {
  checkFloat(name, inputs)
  const all = Object.entries(inputs)
  const names = `${all
    .slice(0, -1)
    .map(([n]) => n)
    .join(', ')} and ${all.at(-1)![0]}`
  if (all.some(([, x]) => !sameShape(x.shape, all[0]![1].shape)))
    throw new ShapeError(
      `${name}: ${names} must have one shape, got ${all.map(([, x]) => `[${x.shape}]`).join(' and ')}. Reshape one of them.`,
    )
}

/** A loss for each pair of numbers of two tensors of one shape. */
export function pairwise(
  name: string,
  prediction: Tensor,
  target: Tensor,
  options: LossOptions,
  loss: (prediction: Tensor, target: Tensor) => Tensor,
): Tensor {
  checkPair(name, { prediction, target })
  const [p, t] = masked(name, options.mask, prediction.shape, [prediction, target])
  return reduce(name, loss(p!, t!), options)
}
