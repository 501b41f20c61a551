import { valueAndGrad } from '../autodiff/grad.ts'
import { PortolanError } from '../errors.ts'
import { Module, trainable } from '../nn/module.ts'
import { Slot, type Param } from '../nn/variable.ts'
import { concrete, tensor, type Tensor } from '../tensor/tensor.ts'
import { clipByNorm } from './clip.ts'
import type { Schedule } from './schedule.ts'

export interface OptimizerOptions {
  /** Gradients are scaled down so that their joint norm stays at or below this. */
  clipNorm?: number
  /** Factor of the learning rate at each step. */
  schedule?: Schedule
}

/** What an update of one parameter may use. */
export interface Update {
  /** float32 [] */
  lr: Tensor
  /** float32 [], counted from 1. */
  step: Tensor
  /** State that belongs to this parameter, zero at first and of its shape. */
  slot(name: string): Slot
}

/**
 * Changes parameters by gradients. Its state stands in `Slot`s under the paths of the parameters, so one checkpoint
 * mechanism holds it; the learning rate is one of them, so a callback may change it while a compiled step runs.
 */
export abstract class Optimizer extends Module {
  readonly lr: Slot
  readonly step = new Slot(concrete([]))
  readonly slots: Record<string, Record<string, Slot>> = {}
  readonly #options: OptimizerOptions
  readonly #owners = new Map<string, Param>()

  constructor(lr: number, options: OptimizerOptions = {}) {
    super()
    this.lr = new Slot(concrete([], lr))
    this.#options = options
  }

  /** Sets the learning rate; compiled steps follow. */
  setLearningRate(lr: number): void {
    this.lr.value = tensor(lr)
  }

  /**
   * One update of everything trainable below `target`; gives what `loss` gave.
   * @throws PortolanError if nothing is trainable, or if another model was optimized under the same names.
   * @example
   * const step = compile(({ x, y }) => optimizer.minimize(model, () => mse(model.forward(x), y)))
   */
  minimize<R extends Tensor | { loss: Tensor }>(target: unknown, loss: () => R): R {
    const params = this.#owned(target)
    if (!params.size) throw new PortolanError('minimize: nothing below the target is trainable. Unfreeze some parameters, or pass the module that owns them.')
    const { value, grads } = valueAndGrad([...params.values()], loss)
    this.apply(params, grads)
    return value
  }

  /** One update from gradients that are there already. */
  apply(params: ReadonlyMap<string, Param>, grads: readonly Tensor[]): void {
    const { clipNorm, schedule } = this.#options
    const step = this.step.value.add(1)
    this.step.value = step
    const lr = schedule ? this.lr.value.mul(schedule(step)) : this.lr.value
    const ready = clipNorm === undefined ? grads : clipByNorm(grads, clipNorm)
    ;[...params].forEach(([path, p], i) => {
      p.value = this.update(p.value, ready[i]!, { lr, step, slot: name => this.#slot(path, name, p) })
    })
  }

  /** Makes the slots of a model before the first step, so that saved ones can be loaded. */
  init(target: unknown): this {
    for (const [path, p] of this.#owned(target)) for (const name of this.slotNames) this.#slot(path, name, p)
    return this
  }

  /** The state that each parameter has. */
  protected abstract readonly slotNames: readonly string[]
  /** The new value of a parameter. */
  protected abstract update(p: Tensor, g: Tensor, update: Update): Tensor

  #owned(target: unknown): Map<string, Param> {
    const params = trainable(target)
    for (const [path, p] of params) {
      if ((this.#owners.get(path) ?? p) !== p) throw new PortolanError(`minimize: ${path} belongs to another model that this optimizer changes. Make one optimizer for each, or pass both as { a, b }.`)
      this.#owners.set(path, p)
    }
    return params
  }

  #slot(path: string, name: string, like: Param): Slot {
    const slots = (this.slots[path] ??= {})
    return (slots[name] ??= new Slot(concrete(like.shape)))
  }
}
