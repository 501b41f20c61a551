import { PortolanError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Param, Setting, Variable } from './variable.ts'

/**
 * Anything that owns variables: a layer, a model. Fields are found by walking own properties, through arrays and plain
 * objects; nothing is registered.
 *
 * Field initializers run before the constructor's body: `norm = new BatchNorm2d(this.width)` sees no `width` that the
 * body sets. Make such layers in the body.
 * @example
 * class Perceptron extends Module {
 *   hidden = new Linear(2, 3)
 *   out = new Linear(3, 1)
 *   forward(x: Tensor): Tensor {
 *     return this.out.forward(this.hidden.forward(x).relu()).sigmoid()
 *   }
 * }
 */
export abstract class Module {
  readonly #training = new Setting(true)
  /** Whether dropout drops and normalizations use the batch; compiled steps follow a change. */
  get training(): boolean {
    return this.#training.value
  }
  set training(on: boolean) {
    this.#training.value = on
  }

  /** Sets training mode here and below. */
  train(on = true): this {
    for (const m of modules(this).values()) m.training = on
    return this
  }
  /** Sets evaluation mode here and below. */
  eval(): this {
    return this.train(false)
  }
}

/** A module that maps one tensor to one tensor. */
export interface Layer extends Module {
  /** One tensor in, one tensor out; the class says of which shapes. */
  forward(x: Tensor): Tensor
}

/** How a field is called in a path: `runningMean` is `running_mean` there, as in PyTorch; names in capitals stay. */
const pathName = (key: string): string => (/^[A-Z]/.test(key) ? key : key.replace(/[A-Z]/g, c => `_${c.toLowerCase()}`))

/** Visits everything below an object, through modules, arrays and plain objects, once each, with its path. */
export function* walk(root: unknown, path = '', seen = new Set<unknown>()): Generator<[path: string, object]> {
  if (typeof root !== 'object' || root === null || seen.has(root)) return
  seen.add(root)
  yield [path, root]
  const open = root instanceof Module || Array.isArray(root) || Object.getPrototypeOf(root) === Object.prototype
  if (open) for (const [key, child] of Object.entries(root)) yield* walk(child, path ? `${path}.${pathName(key)}` : pathName(key), seen)
}

/** Every module below an object, itself included, by path. */
export const modules = (root: unknown): Map<string, Module> =>
  new Map([...walk(root)].flatMap(([path, x]) => (x instanceof Module ? [[path, x] as const] : [])))

/** Runs `f` with everything below an object in evaluation mode, and puts the mode of every part back. */
export async function evaluating<T>(root: unknown, f: () => T | Promise<T>): Promise<T> {
  const was = [...modules(root).values()].map(m => [m, m.training] as const)
  for (const [m] of was) m.training = false
  try {
    return await f()
  } finally {
    for (const [m, training] of was) m.training = training
  }
}

/** A kind of variable, as a class. */
export type Kind<V extends Variable = Variable> = abstract new (...args: never[]) => V

/** Which variables: a kind, a path or its beginning (`encoder.layer1`), a pattern of paths, a function; or any of several. */
export type Filter = Kind | string | RegExp | ((path: string, variable: Variable) => boolean) | readonly Filter[]

const isKind = (f: unknown): f is Kind => typeof f === 'function' && (f === Variable || f.prototype instanceof Variable)

/** Whether a filter lets a variable through. */
export function matches(filter: Filter, path: string, variable: Variable): boolean {
  if (typeof filter === 'string') return path === filter || path.startsWith(`${filter}.`)
  if (filter instanceof RegExp) return filter.test(path)
  if (isKind(filter)) return variable instanceof filter
  if (typeof filter === 'function') return (filter as (path: string, variable: Variable) => boolean)(path, variable)
  return filter.some(f => matches(f, path, variable))
}

/**
 * The variables below an object, by path: `layer1.0.conv1.weight`.
 * @throws PortolanError if two have one path.
 * @example
 * variables(model)                 // all
 * variables(model, Param)          // of one kind
 * variables(model, /bias$/)        // of some names
 */
export function variables(root: unknown): Map<string, Variable>
export function variables<V extends Variable>(root: unknown, filter: Kind<V>): Map<string, V>
export function variables(root: unknown, filter: Filter): Map<string, Variable>
export function variables(root: unknown, filter: Filter = Variable): Map<string, Variable> {
  const found = new Map<string, Variable>()
  for (const [path, x] of walk(root)) {
    if (!(x instanceof Variable && matches(filter, path, x))) continue
    if (found.has(path))
      throw new PortolanError(
        `variables: ${path} must name one variable, got two. Rename one of the fields, such as fooBar beside foo_bar.`,
      )
    found.set(path, x)
  }
  return found
}

/** The parameters that optimizers change. */
export const trainable = (root: unknown): Map<string, Param> => new Map([...variables(root, Param)].filter(([, p]) => p.trainable))

function setTrainable(root: unknown, filter: Filter, on: boolean): void {
  const found = [...variables(root, Param)].filter(([path, p]) => matches(filter, path, p))
  if (!found.length)
    throw new PortolanError(
      `${on ? 'unfreeze' : 'freeze'}: no parameter matches ${String(filter)}. There are: ${[...variables(root, Param).keys()].join(', ')}`,
    )
  for (const [, p] of found) p.trainable = on
}

/** Keeps parameters as they are: optimizers leave them alone. @example freeze(model, 'backbone') */
export const freeze = (root: unknown, filter: Filter = Param): void => setTrainable(root, filter, false)
/** Lets optimizers change parameters again. */
export const unfreeze = (root: unknown, filter: Filter = Param): void => setTrainable(root, filter, true)
