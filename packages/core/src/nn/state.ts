import { DTypeError, PortolanError, ShapeError } from '../errors.ts'
import { sameShape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { matches, variables, type Filter } from './module.ts'
import { Buffer, Param } from './variable.ts'

/** Tensors by path: what a module holds at one moment. Tensors never change, so it is a snapshot for free. */
export type State = Record<string, Tensor>

/**
 * Parts the values of a module's variables: one state for each filter, and one for the rest.
 * A variable goes to the first filter that lets it through.
 * @example
 * const [params, rest] = split(model, Param)
 * // … train …
 * merge(model, params, rest)                   // as it was
 */
export function split(root: unknown, ...filters: Filter[]): State[] {
  const states: State[] = [...filters, undefined].map(() => ({}))
  for (const [path, v] of variables(root)) {
    const i = filters.findIndex(f => matches(f, path, v))
    states[i < 0 ? filters.length : i]![path] = v.value
  }
  return states
}

/**
 * Puts states back into a module's variables, strictly: together they must name every variable, once.
 * Nothing changes unless everything fits.
 * @throws PortolanError that lists what is missing, unexpected or misshapen.
 */
export function merge<M>(root: M, ...states: State[]): M {
  const names = states.flatMap(s => Object.keys(s))
  const twice = names.filter((n, i) => names.indexOf(n) !== i)
  if (twice.length) throw new PortolanError(`merge: ${twice.join(', ')} stands in more than one state`)
  return load(root, Object.assign({}, ...states) as State, { only: () => true })
}

/** The weights of a model, by path: its parameters and buffers, under PyTorch's names. */
export const weights = (root: unknown): State =>
  Object.fromEntries([...variables(root, [Param, Buffer])].map(([path, v]) => [path, v.value]))

/** PyTorch counts the batches of a BatchNorm, as int64; we never need the number. */
const dispensable = /(^|\.)num_batches_tracked$/

export interface LoadOptions {
  /** Which variables are loaded; default: parameters and buffers. */
  only?: Filter
  /** Whether every name must be there on both sides; default true. */
  strict?: boolean
}

/**
 * Puts values into a module's variables by path. Nothing changes unless everything fits.
 * @throws PortolanError that lists what is missing, unexpected or misshapen.
 * @example
 * load(model, await readSafetensors('resnet18.safetensors'))
 */
export function load<M>(root: M, state: Readonly<State>, { only = [Param, Buffer], strict = true }: LoadOptions = {}): M {
  const own = variables(root, only)
  const given = Object.keys(state).filter(k => own.has(k) || !dispensable.test(k))
  const missing = [...own.keys()].filter(k => !Object.hasOwn(state, k))
  const unexpected = given.filter(k => !own.has(k))
  const both = [...own].filter(([path]) => Object.hasOwn(state, path))
  const misshapen = both
    .filter(([path, v]) => !sameShape(state[path]!.shape, v.shape))
    .map(([path, v]) => `${path} is [${v.shape}], got [${state[path]!.shape}]`)
  const others = both
    .filter(([path, v]) => state[path]!.dtype !== v.dtype)
    .map(([path, v]) => `${path} is ${v.dtype}, got ${state[path]!.dtype}`)
  const problems = [
    ...(strict && missing.length ? [`missing: ${missing.join(', ')}`] : []),
    ...(strict && unexpected.length ? [`unexpected: ${unexpected.join(', ')}`] : []),
    ...(misshapen.length ? [`misshapen: ${misshapen.join('; ')}`] : []),
    ...(others.length ? [`of another dtype: ${others.join('; ')}`] : []),
  ]
  if (problems.length) {
    const Kind = misshapen.length ? ShapeError : others.length ? DTypeError : PortolanError
    throw new Kind(
      `load: the state does not fit the module.\n  ${problems.join('\n  ')}${strict ? '\nPass { strict: false } to load what both sides have.' : ''}`,
    )
  }
  for (const [path, v] of both) v.value = state[path]!
  return root
}
