import type { HostRng } from '../random/host-rng.ts'
import type { Shape } from '../tensor/spec.ts'
import { concrete } from '../tensor/tensor.ts'
import { initialRng } from './rng.ts'
import { Param } from './variable.ts'

/** Gives the initial numbers of a weight, one after another. */
export type Initializer = (shape: Shape, rng: HostRng) => () => number

/** How many numbers go into one output: the second axis times the window. weight: [out, in, ...k] */
export const fanIn = (shape: Shape): number => shape.slice(1).reduce((a, b) => a * b, 1)

/** Evenly spread over ±bound. */
export const uniform = (bound: number): Initializer => (_, rng) => () => (2 * rng.uniform() - 1) * bound
/** Mean 0 and the given standard deviation. */
export const normal = (deviation = 1): Initializer => (_, rng) => () => rng.normal() * deviation
/** One number everywhere. */
export const constant = (value: number): Initializer => () => () => value
/** Evenly spread over ±1/√fanIn: PyTorch's start for linear and convolutional weights. */
export const fanInUniform: Initializer = (shape, rng) => uniform(1 / Math.sqrt(fanIn(shape)))(shape, rng)

/** A parameter that starts from the numbers of an initializer. */
export const param = (shape: Shape, initializer: Initializer): Param => new Param(concrete(shape, initializer(shape, initialRng())))
