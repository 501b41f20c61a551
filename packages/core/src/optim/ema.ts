import { Module, variables } from '../nn/module.ts'
import { Buffer, Param, Slot, type Variable } from '../nn/variable.ts'

/**
 * A slowly moving copy of a model's parameters and running statistics: average ← decay·average + (1 − decay)·value.
 * Make it beside the model and call `update` in the step, after the optimizer.
 *
 * Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992.
 * @example
 * const ema = new Ema(model, 0.999)
 * // … ema.update() in each step …
 * const judged = await ema.during(() => trainer.evaluate(loader(test)))
 */
export class Ema extends Module {
  readonly average: Record<string, Slot>
  readonly #model: unknown
  constructor(
    model: unknown,
    readonly decay: number,
  ) {
    super()
    this.#model = model
    this.average = Object.fromEntries(averaged(model).map(([path, v]) => [path, new Slot(v.value)]))
  }

  /** Moves the averages towards the model: part of a step. */
  update(): void {
    for (const [v, average] of this.#pairs()) average.value = average.value.mul(this.decay).add(v.value.mul(1 - this.decay))
  }

  /** Exchanges the model's values and their averages: the model computes with the averages until it is called again. Between steps, not in one. */
  swap(): void {
    for (const [v, average] of this.#pairs()) [v.value, average.value] = [average.value, v.value]
  }

  /** Runs something with the averages in the model, and puts its own parameters back, whatever happens. */
  async during<T>(f: () => T | Promise<T>): Promise<T> {
    this.swap()
    try {
      return await f()
    } finally {
      this.swap()
    }
  }

  #pairs(): [Variable, Slot][] {
    return averaged(this.#model).map(([path, v]) => [v, this.average[path]!])
  }
}

/** Weights, and the statistics that go with them: those of other weights would not fit their average. */
const averaged = (model: unknown): [string, Variable][] =>
  [...variables(model)].filter(([, v]) => v.dtype === 'float32' && (v instanceof Param || v instanceof Buffer))
