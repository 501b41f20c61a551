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
  /**
   * Gradients are those of loss · scale, divided by the scale afterwards: small ones then survive float16. A step whose gradients are not
   * finite changes nothing and halves the scale. Default: none; `{}` begins as PyTorch's `GradScaler` does.
   */
  lossScale?: LossScale
}

/** How a loss is scaled before its gradient is taken, and the gradient back, so that half precision keeps small ones. */
export interface LossScale {
  /** Powers of two lose no digit; > 0, default 65,536. */
  start?: number
  /** After so many steps without a gradient that is not finite the scale doubles; at least 1, default 2,000. */
  every?: number
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
  /** What the loss is multiplied by for its gradients, and the steps since that last changed. */
  readonly lossScale: { readonly scale: Slot; readonly steps: Slot } | undefined
  readonly slots: Record<string, Record<string, Slot>> = {}
  readonly #rule: Rule<H, S>
  readonly #limits: Pick<OptimizerOptions, 'clipNorm' | 'clipValue' | 'schedule'> & { accumulate: number; every: number }
  readonly #options: H
  readonly #groups: readonly Group<H>[]
  readonly #owners = new Map<string, Param>()

  constructor(rule: Rule<H, S>, lr: number, options: Partial<H> & OptimizerOptions<H> = {}) {
    super()
    const { groups = [], clipNorm = Infinity, clipValue = Infinity, schedule, accumulate = 1, lossScale, ...own } = options
    checkRange('the learning rate', lr, 0)
    if (!(clipNorm > 0 && clipValue > 0))
      throw new RangeError(`optimizer: clipNorm and clipValue must be above 0, got ${clipNorm} and ${clipValue}`)
    if (!(Number.isInteger(accumulate) && accumulate > 0))
      throw new RangeError(`optimizer: accumulate must be a whole number of at least 1, got ${accumulate}`)
    const { start = 65_536, every = 2_000 } = lossScale ?? {}
    if (!(start > 0 && start < Infinity && Number.isInteger(every) && every > 0))
      throw new RangeError(`optimizer: lossScale must start above 0 and double every 1 or more steps, got ${start} and ${every}`)
    this.lossScale = lossScale && { scale: new Slot(concrete([], start)), steps: new Slot(concrete([])) }
    this.lr = new Slot(concrete([], lr))
    this.calls = accumulate > 1 ? new Slot(concrete([])) : undefined
    this.#rule = rule
    this.#limits = { clipNorm, clipValue, accumulate, every, ...(schedule && { schedule }) }
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
    const scale = this.lossScale?.scale.value
    const { value, grads } = valueAndGrad([...params.values()], loss, scale)
    this.apply(params, scale ? grads.map(g => g.div(scale)) : grads)
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

  #step(managed: readonly Managed<H>[], grads: readonly Tensor[], when: (after: Tensor, before: Tensor) => Tensor): void {
    const { clipNorm, clipValue } = this.#limits
    const choose = this.lossScale ? this.#unlessInfinite(grads, this.lossScale, when) : when
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

  /** Keeps what was before where a gradient is not finite, and moves the scale. */
  #unlessInfinite(
    grads: readonly Tensor[],
    { scale, steps }: NonNullable<Optimizer['lossScale']>,
    choose: (after: Tensor, before: Tensor) => Tensor,
  ): typeof choose {
    const finite = grads
      .map(g => g.abs().lessEqual(3.4028234e38).cast('float32').min())
      .reduce((a, b) => a.minimum(b))
      .greater(0)
    const since = steps.value.add(1)
    const due = since.greaterEqual(this.#limits.every)
    const next = finite.where(due.where(scale.value.mul(2), scale.value), scale.value.mul(0.5))
    scale.value = choose(next, scale.value)
    steps.value = choose(finite.where(due.where(0, since), 0), steps.value)
    return (after, before) => choose(finite.where(after, before), before)
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
