import { valueAndGrad } from '../autodiff/grad.ts'
import { PortolanError, RangeError } from '../errors.ts'
import { matches, Module, trainable, variables, type Filter } from '../nn/module.ts'
import { Param, Slot } from '../nn/variable.ts'
import { concrete, tensor, type Tensor } from '../tensor/tensor.ts'
import { clipByNorm, clipByValue } from './clip.ts'
import { checkRange, type Rule } from './rule.ts'
import type { Schedule } from './schedule/schedule.ts'

/** Parameters that are changed in a way of their own; H: the options of the optimizer. */
export type Group<H extends object = object> = Partial<H> & {
  /** Which parameters, as in `variables`. Where several groups hold for one and set the same option, the last of them counts. */
  filter: Filter
  /** Factor of the learning rate, ≥ 0; default 1. */
  lrScale?: number
}

/** What every optimizer takes, beside options of its own. Gradients are limited by value first, then by norm. */
export interface OptimizerOptions<H extends object = object> {
  /** Parameters with other options than the rest. */
  groups?: readonly Group<H>[]
  /** Gradients are scaled down so that their joint norm stays at or below this. */
  clipNorm?: number
  /** Each number of a gradient is limited to −clipValue … clipValue. */
  clipValue?: number
  /** Factor of the learning rate at each step. */
  schedule?: Schedule
  /** How many calls make one step, with the mean of their gradients: as one batch that is as large as theirs together; default 1. */
  accumulate?: number
}

/** One parameter, with what is decided about it outside of tensors. */
interface Managed<H> {
  readonly param: Param
  readonly options: H
  readonly lrScale: number
  /** What it keeps from step to step, by name. */
  readonly slots: Readonly<Record<string, Slot>>
}

/**
 * Changes parameters by gradients. Its state stands in `Slot`s under the paths of the parameters, so one checkpoint
 * mechanism holds it; the learning rate is one of them, so a callback may change it while a compiled step runs.
 *
 * One of your own is made of a rule.
 * @throws RangeError for a learning rate or an option outside its range.
 * @example
 * const rule = { defaults: {}, slots: () => ({}), update: ({ p, g, lr }: Update) => ({ p: p.sub(g.sign().mul(lr)) }) }
 * const optimizer = new Optimizer(rule, 0.01, { clipNorm: 1 })
 */
export class Optimizer<H extends object = object, S extends string = string> extends Module {
  readonly lr: Slot
  readonly step = new Slot(concrete([]))
  /** Calls since the last step. */
  readonly calls: Slot | undefined
  readonly slots: Record<string, Record<string, Slot>> = {}
  readonly #rule: Rule<H, S>
  readonly #limits: Pick<OptimizerOptions, 'clipNorm' | 'clipValue' | 'schedule'> & { accumulate: number }
  readonly #options: H
  readonly #groups: readonly Group<H>[]
  readonly #owners = new Map<string, Param>()

  constructor(rule: Rule<H, S>, lr: number, options: Partial<H> & OptimizerOptions<H> = {}) {
    super()
    const { groups = [], clipNorm = Infinity, clipValue = Infinity, schedule, accumulate = 1, ...own } = options
    checkRange('the learning rate', lr, 0)
    if (!(clipNorm > 0 && clipValue > 0))
      throw new RangeError(`optimizer: clipNorm and clipValue must be above 0, got ${clipNorm} and ${clipValue}`)
    if (!(Number.isInteger(accumulate) && accumulate > 0))
      throw new RangeError(`optimizer: accumulate must be a whole number of at least 1, got ${accumulate}`)
    this.lr = new Slot(concrete([], lr))
    this.calls = accumulate > 1 ? new Slot(concrete([])) : undefined
    this.#rule = rule
    this.#limits = { clipNorm, clipValue, accumulate, ...(schedule && { schedule }) }
    this.#options = { ...rule.defaults, ...own }
    this.#groups = groups
    rule.check?.(this.#options)
    for (const { filter: _, lrScale = 1, ...others } of groups) {
      checkRange('lrScale', lrScale, 0)
      rule.check?.({ ...this.#options, ...others })
    }
  }

  /** Sets the learning rate; compiled steps follow. @throws RangeError if it is negative or not finite. */
  setLearningRate(lr: number): void {
    checkRange('the learning rate', lr, 0)
    this.lr.value = tensor(lr)
  }

  /** Whether a schedule changes the learning rate. */
  get scheduled(): boolean {
    return this.#limits.schedule !== undefined
  }

  /** The learning rate of the next step; groups scale it. → float32 [] */
  get rate(): Tensor {
    return this.#rate(this.step.value.add(1))
  }

  /**
   * One update of everything trainable below `target`; gives what `loss` gave.
   * @throws PortolanError if nothing is trainable, if another model was optimized under the same names, or if a group has
   * no parameter.
   * @example
   * const step = compile(({ x, y }) => optimizer.minimize(model, () => mse(model.forward(x), y)))
   */
  minimize<R extends Tensor | { loss: Tensor }>(target: unknown, loss: () => R): R {
    const params = this.#owned(target)
    if (!params.size)
      throw new PortolanError(
        'minimize: nothing below the target is trainable. Unfreeze some parameters, or pass the module that owns them.',
      )
    const { value, grads } = valueAndGrad([...params.values()], loss)
    this.apply(params, grads)
    return value
  }

  /** One update from gradients that are there already. */
  apply(params: ReadonlyMap<string, Param>, grads: readonly Tensor[]): void {
    const managed = this.#managed(params)
    if (!this.calls) return this.#step(managed, grads, after => after)
    const { accumulate } = this.#limits
    const calls = this.calls.value.add(1)
    const due = calls.greaterEqual(accumulate)
    this.calls.value = due.where(0, calls)
    const sums = managed.map(({ slots }, i) => {
      const sum = slots['gradient']!.value.add(grads[i]!)
      slots['gradient']!.value = due.where(0, sum)
      return sum.mul(1 / accumulate)
    })
    this.#step(managed, sums, (after, before) => due.where(after, before))
  }

  /** Makes the slots of a model before the first step, so that saved ones can be loaded. */
  init(target: unknown): this {
    this.#managed(this.#owned(target))
    return this
  }

  #step(managed: readonly Managed<H>[], grads: readonly Tensor[], choose: (after: Tensor, before: Tensor) => Tensor): void {
    const { clipNorm, clipValue } = this.#limits
    const limited = clipValue === Infinity ? grads : clipByValue(grads, clipValue!)
    const ready = clipNorm === Infinity ? limited : clipByNorm(limited, clipNorm!)
    const change = (variable: Slot | Param, after: Tensor): void => void (variable.value = choose(after, variable.value))
    const step = this.step.value.add(1)
    change(this.step, step)
    const rate = this.#rate(step)
    managed.forEach(({ param, options, lrScale, slots }, i) => {
      const before = Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, slot.value])) as Record<S, Tensor>
      const lr = lrScale === 1 ? rate : rate.mul(lrScale)
      const after: Record<string, Tensor | undefined> = this.#rule.update(
        { p: param.value, g: ready[i]!, lr, step, slots: before },
        options,
      )
      for (const [name, slot] of Object.entries(slots)) if (after[name]) change(slot, after[name])
      change(param, after['p']!)
    })
  }

  #rate(step: Tensor): Tensor {
    const { schedule } = this.#limits
    return schedule ? this.lr.value.mul(schedule(step)) : this.lr.value
  }

  #owned(target: unknown): Map<string, Param> {
    const params = trainable(target)
    if ([...params].every(([path, p]) => this.#owners.get(path) === p)) return params
    for (const [path, p] of params) {
      if ((this.#owners.get(path) ?? p) !== p)
        throw new PortolanError(
          `minimize: ${path} belongs to another model that this optimizer changes. Make one optimizer for each, or pass both as { a, b }.`,
        )
      this.#owners.set(path, p)
    }
    const all = [...variables(target, Param)]
    for (const { filter } of this.#groups)
      if (!all.some(([path, p]) => matches(filter, path, p)))
        throw new PortolanError(
          `minimize: no parameter matches the group ${String(filter)}. There are: ${all.map(([path]) => path).join(', ')}`,
        )
    return params
  }

  #managed(params: ReadonlyMap<string, Param>): Managed<H>[] {
    return [...params].map(([path, param]) => {
      const own = this.#groups.filter(({ filter }) => matches(filter, path, param))
      const options = Object.assign({ lrScale: 1 }, this.#options, ...own) as H & { lrScale: number }
      const kinds: Record<string, 'parameter' | 'number'> = { ...this.#rule.slots(options), ...(this.calls && { gradient: 'parameter' }) }
      const slots = (this.slots[path] ??= {})
      for (const [name, kind] of Object.entries(kinds)) slots[name] ??= new Slot(concrete(kind === 'number' ? [] : param.shape))
      return { param, options, lrScale: options.lrScale, slots }
    })
  }
}
