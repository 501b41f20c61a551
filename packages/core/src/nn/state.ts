import { DTypeError, PortolanError, ShapeError } from '../errors.ts'
import { sameShape, type DType, type Shape } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { matches, variables, type Filter } from './module.ts'
import { Buffer, Param, type Variable } from './variable.ts'

/** Tensors by path: what a module holds at one moment. Tensors never change, so it is a snapshot for free. */
export type State = Record<string, Tensor>

/**
 * Parts the values of a module's variables: one state for each filter, and one for the rest.
 * A variable goes to the first filter that lets it through.
 * @example
 * const [params, rest] = split(model, Param)
 * // … train …
 * merge(model, params!, rest!)                 // as it was
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

/** Options of `load`, and of all that reads weights. */
export interface LoadOptions {
  /** Which variables are loaded; default: parameters and buffers. */
  only?: Filter
  /** Whether every name must be there on both sides; default true. */
  strict?: boolean
  /**
   * Where a state has other names: ours by theirs, or a function from theirs to ours; undefined leaves one out. Names that a record
   * doesn't hold stay as they are.
   */
  names?: Readonly<Record<string, string | undefined>> | ((name: string) => string | undefined)
}

/** How a state fits a module. */
export interface LoadReport {
  /** What both sides have, in one shape and dtype. */
  readonly fitting: readonly string[]
  /** What only the module has. */
  readonly missing: readonly string[]
  /** What only the state has. */
  readonly unexpected: readonly string[]
  /** What has another shape, and what that may mean. */
  readonly misshapen: readonly { readonly path: string; readonly expected: Shape; readonly received: Shape; readonly layout?: string }[]
  readonly otherDType: readonly { readonly path: string; readonly expected: DType; readonly received: DType }[]
}

/**
 * Compares a state with a module, and changes nothing: what would be loaded, what not, and why.
 * @throws PortolanError if two names of the state become one.
 * @example
 * loadReport(model, state).misshapen[0]?.layout // 'it is laid out [height, width, in, out]: take x.transpose([3, 2, 0, 1])'
 */
export function loadReport(root: unknown, state: Readonly<State>, { only = [Param, Buffer], names = {} }: LoadOptions = {}): LoadReport {
  const own = variables(root, only)
  const given = renamed(state, names)
  const both = [...own].flatMap(([path, v]) => (given.has(path) ? [{ path, v, t: given.get(path)! }] : []))
  const fits = ({ v, t }: { v: Variable; t: Tensor }): boolean => sameShape(t.shape, v.shape) && t.dtype === v.dtype
  return {
    fitting: both.filter(fits).map(({ path }) => path),
    missing: [...own.keys()].filter(path => !given.has(path)),
    unexpected: [...given.keys()].filter(path => !own.has(path) && !dispensable.test(path)),
    misshapen: both
      .filter(({ v, t }) => !sameShape(t.shape, v.shape))
      .map(({ path, v, t }) => {
        const layout = layoutOf(v.shape, t.shape)
        return { path, expected: v.shape, received: t.shape, ...(layout !== undefined && { layout }) }
      }),
    otherDType: both.filter(({ v, t }) => t.dtype !== v.dtype).map(({ path, v, t }) => ({ path, expected: v.dtype, received: t.dtype })),
  }
}

/**
 * Puts values into a module's variables by path. Nothing changes unless everything fits.
 * @throws PortolanError that lists what is missing, unexpected or misshapen.
 * @example
 * load(model, state)                                              // every name, as in PyTorch
 * load(model, state, { names: name => name.replace(/^backbone\./, '') })
 */
export function load<M>(root: M, state: Readonly<State>, options: LoadOptions = {}): M {
  const { strict = true, only = [Param, Buffer] } = options
  const { missing, unexpected, misshapen, otherDType } = loadReport(root, state, options)
  const problems = [
    ...(strict && missing.length ? [`missing: ${missing.join(', ')}`] : []),
    ...(strict && unexpected.length ? [`unexpected: ${unexpected.join(', ')}`] : []),
    ...(misshapen.length
      ? [
          `misshapen: ${misshapen.map(m => `${m.path} is [${m.expected}], got [${m.received}]${m.layout === undefined ? '' : ` (${m.layout})`}`).join('; ')}`,
        ]
      : []),
    ...(otherDType.length ? [`of another dtype: ${otherDType.map(o => `${o.path} is ${o.expected}, got ${o.received}`).join('; ')}`] : []),
  ]
  if (problems.length) {
    const names = strict && missing.length + unexpected.length > 0
    const hint = names ? 'Pass { strict: false }' : misshapen.find(m => m.layout !== undefined)?.layout
    const Kind = misshapen.length ? ShapeError : otherDType.length ? DTypeError : PortolanError
    throw new Kind(
      `load: the state does not fit the module.\n  ${problems.join('\n  ')}${names ? '\nPass { strict: false } to load what both sides have.' : ''}`,
      {
        op: 'load',
        expected: 'a state that fits the module',
        received: problems.join('; '),
        ...(hint !== undefined && { hint }),
      },
    )
  }
  const given = renamed(state, options.names ?? {})
  for (const [path, v] of variables(root, only)) if (given.has(path)) v.value = given.get(path)!
  return root
}

/** A state under our names. */
function renamed(state: Readonly<State>, names: NonNullable<LoadOptions['names']>): Map<string, Tensor> {
  const ours = (name: string): string | undefined =>
    typeof names === 'function' ? names(name) : Object.hasOwn(names, name) ? names[name] : name
  const given = new Map<string, Tensor>()
  for (const [name, t] of Object.entries(state)) {
    const path = ours(name)
    if (path === undefined) continue
    if (given.has(path)) throw new PortolanError(`load: names must stay different, got ${path} twice, the second time for ${name}.`)
    given.set(path, t)
  }
  return given
}

/** Layouts of other libraries, by number of axes: what the axes are, and the order that makes them ours. */
const layouts: Readonly<Record<number, readonly [axes: string, order: readonly number[]]>> = {
  2: ['[in, out]', [1, 0]],
  3: ['[width, in, out]', [2, 1, 0]],
  4: ['[height, width, in, out]', [3, 2, 0, 1]],
  5: ['[depth, height, width, in, out]', [4, 3, 0, 1, 2]],
}

/** Which other layout a shape may be in: that of Keras, or a vector with axes of length 1. */
function layoutOf(expected: Shape, received: Shape): string | undefined {
  const layout = layouts[received.length]
  if (layout && expected.length === received.length && layout[1].every((from, to) => received[from] === expected[to]))
    return `it is laid out ${layout[0]}: take x.transpose([${layout[1].join(', ')}])`
  const long = (shape: Shape): Shape => shape.filter(d => d !== 1)
  return sameShape(long(expected), long(received)) ? `take x.reshape([${expected.join(', ')}])` : undefined
}
