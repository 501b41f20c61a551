import { RangeError, ShapeError } from '../errors.ts'
import type { HostRng } from '../random/host-rng.ts'
import { size, type Shape } from '../tensor/spec.ts'
import { concrete } from '../tensor/tensor.ts'
import { initialRng } from './rng.ts'
import { Param } from './variable.ts'

/** Gives the initial numbers of a weight, one after another. */
export type Initializer = (shape: Shape, rng: HostRng) => () => number

/** How many numbers go into one output: the second axis times the window. weight: [out, in, ...k] */
export const fanIn = (shape: Shape): number => size(shape.slice(1))
/** How many outputs one number goes into: the first axis times the window. weight: [out, in, ...k] */
export const fanOut = (shape: Shape): number => shape[0]! * size(shape.slice(2))

/** Evenly spread over ±bound. */
export const uniform =
  (bound: number): Initializer =>
  (_, rng) =>
  () =>
    (2 * rng.uniform() - 1) * bound
/** Mean 0 and the given standard deviation. */
export const normal =
  (deviation = 1): Initializer =>
  (_, rng) =>
  () =>
    rng.normal() * deviation
/** One number everywhere: `constant(0)` for zeros, `constant(1)` for ones. */
export const constant =
  (value: number): Initializer =>
  () =>
  () =>
    value

/** Evenly spread over ±1/√fanIn: PyTorch's start for linear and convolutional weights. */
export const fanInUniform: Initializer = (shape, rng) => uniform(1 / Math.sqrt(fanIn(shape)))(shape, rng)

/** Mean 0 and the given deviation, what is beyond ±bound deviations drawn again. @throws RangeError unless bound > 0. */
export function truncatedNormal(deviation = 1, { bound = 2 }: { bound?: number } = {}): Initializer {
  if (!(bound > 0)) throw new RangeError(`truncatedNormal: bound must be positive, got ${bound}`)
  return (_, rng) => () => {
    let z = rng.normal()
    while (Math.abs(z) > bound) z = rng.normal()
    return z * deviation
  }
}

/** Evenly spread with the variance scale / fan. */
const spread =
  (variance: (shape: Shape) => number): Initializer =>
  (shape, rng) =>
    uniform(Math.sqrt(3 * variance(shape)))(shape, rng)
const bell =
  (variance: (shape: Shape) => number): Initializer =>
  (shape, rng) =>
    normal(Math.sqrt(variance(shape)))(shape, rng)

const xavier =
  (gain: number) =>
  (shape: Shape): number =>
    (2 * gain ** 2) / (fanIn(shape) + fanOut(shape))
/** Variance 2·gain²/(fanIn + fanOut), evenly spread. Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010. */
export const xavierUniform = (gain = 1): Initializer => spread(xavier(gain))
/** Variance 2·gain²/(fanIn + fanOut), normal. Glorot and Bengio, 2010. */
export const xavierNormal = (gain = 1): Initializer => bell(xavier(gain))

/** Options of `heNormal` and `heUniform`. */
export interface HeOptions {
  /** Of the leaky ReLU that follows; default 0, a ReLU. */
  slope?: number
  /** Whose variance is kept: that of the outputs ('in') or of their gradients ('out'); default 'in'. */
  mode?: 'in' | 'out'
}
const he =
  ({ slope = 0, mode = 'in' }: HeOptions) =>
  (shape: Shape): number =>
    2 / (1 + slope ** 2) / (mode === 'in' ? fanIn(shape) : fanOut(shape))
/** Variance 2/((1 + slope²)·fan), evenly spread. He et al., "Delving Deep into Rectifiers", 2015. */
export const heUniform = (options: HeOptions = {}): Initializer => spread(he(options))
/** Variance 2/((1 + slope²)·fan), normal. He et al., 2015. */
export const heNormal = (options: HeOptions = {}): Initializer => bell(he(options))

const lecun = (shape: Shape): number => 1 / fanIn(shape)
/** Variance 1/fanIn, evenly spread. LeCun et al., "Efficient BackProp", 1998. */
export const lecunUniform: Initializer = (shape, rng) => spread(lecun)(shape, rng)
/** Variance 1/fanIn, normal: what SELU needs. LeCun et al., 1998. */
export const lecunNormal: Initializer = (shape, rng) => bell(lecun)(shape, rng)

/**
 * Rows that are orthogonal and of length `gain`, or columns where there are more rows than columns; the axes after the first
 * count as one. Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013.
 * @throws ShapeError if the weight has fewer than two axes.
 */
export const orthogonal =
  (gain = 1): Initializer =>
  (shape, rng) => {
    if (shape.length < 2) throw new ShapeError(`orthogonal: needs a weight of two axes or more, got [${shape}]`)
    const [rows, columns] = [shape[0]!, fanIn(shape)]
    const basis = orthonormal(Math.min(rows, columns), Math.max(rows, columns), rng)
    let i = 0
    return () => {
      const [r, c] = [Math.floor(i / columns), i++ % columns]
      return gain * (rows <= columns ? basis[r]![c]! : basis[c]![r]!)
    }
  }

/** Vectors at right angles, of length 1, each direction as likely as any: Gram and Schmidt's, twice for its rounding. */
function orthonormal(count: number, length: number, rng: HostRng): Float64Array[] {
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((s, v, i) => s + v * b[i]!, 0)
  const found: Float64Array[] = []
  while (found.length < count) {
    const v = Float64Array.from({ length }, () => rng.normal())
    for (const u of [...found, ...found]) {
      const d = dot(u, v)
      for (let i = 0; i < length; i++) v[i]! -= d * u[i]!
    }
    const scale = 1 / Math.sqrt(dot(v, v))
    found.push(v.map(x => x * scale))
  }
  return found
}

let blank = false
/**
 * What `make` makes, its parameters all 0: for a model that is about to be given weights, as drawing millions of random starts takes a while.
 * @example
 * const model = await loadWeights(uninitialized(() => new VGG(16)), 'vgg16.safetensors')
 */
export function uninitialized<T>(make: () => T): T {
  const before = blank
  blank = true
  try {
    return make()
  } finally {
    blank = before
  }
}

/** A parameter that starts from the numbers of an initializer. */
export const param = (shape: Shape, initializer: Initializer): Param =>
  new Param(concrete(shape, blank ? 0 : initializer(shape, initialRng())))
