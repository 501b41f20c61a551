import { ShapeError } from '../errors.ts'
import { size } from '../tensor/spec.ts'
import { apply, ones, zeros, type Tensor } from '../tensor/tensor.ts'

/** Options of norms by channel. */
export interface ChannelNormOptions {
  /** [c] */
  weight?: Tensor | undefined
  /** [c] */
  bias?: Tensor | undefined
  /** Added to the variance; default 1e-5. */
  epsilon?: number
}

function grouped(name: string, x: Tensor, groups: number, { weight, bias, epsilon = 1e-5 }: ChannelNormOptions): Tensor {
  const [n, c, ...image] = x.shape
  if (c === undefined || !Number.isInteger(groups) || groups < 1 || c % groups || size([c, ...image]) === 0)
    throw new ShapeError(`${name}: the input must be [n, c, …] with channels that divide into ${groups} groups, got [${x.shape}]`)
  for (const t of [weight, bias])
    if (t && (t.shape.length !== 1 || t.shape[0] !== c)) throw new ShapeError(`${name}: weight and bias must be [${c}], got [${t.shape}]`)
  const d = size([c / groups, ...image])
  const y = apply('layerNorm', [x.reshape([n! * groups, d]), ones([d]), zeros([d])], { epsilon })[0]!.reshape(x.shape)
  const wide = (t: Tensor): Tensor => t.reshape([c, ...image.map(() => 1)])
  const scaled = weight ? y.mul(wide(weight)) : y
  return bias ? scaled.add(wide(bias)) : scaled
}

/**
 * Normalizes groups of channels, image by image, by their own mean and variance: y = (x − μ)/√(σ² + ε)·weight + bias.
 * Wu and He, "Group Normalization", 2018.
 *
 * x: [n, c, ...image] → same; weight, bias: [c]
 * @throws ShapeError if the channels do not divide into the groups.
 * @example
 * groupNorm(x, 8, { weight, bias })
 */
export const groupNorm = (x: Tensor, groups: number, options: ChannelNormOptions = {}): Tensor => grouped('groupNorm', x, groups, options)

/**
 * Normalizes each channel of each image by its own mean and variance: y = (x − μ)/√(σ² + ε)·weight + bias.
 * Ulyanov, Vedaldi and Lempitsky, "Instance Normalization", 2016.
 *
 * x: [n, c, ...image] → same; weight, bias: [c]
 * @throws ShapeError if there are no channels or pixels.
 * @example
 * instanceNorm(x)
 */
export const instanceNorm = (x: Tensor, options: ChannelNormOptions = {}): Tensor => grouped('instanceNorm', x, x.shape[1] ?? 0, options)
