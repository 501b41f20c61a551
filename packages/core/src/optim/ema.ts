import { Module, variables } from '../nn/module.ts'
import { Param, Slot } from '../nn/variable.ts'

/**
 * A slowly moving copy of a model's parameters: average ← decay·average + (1 − decay)·parameter.
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
    this.average = Object.fromEntries([...variables(model, Param)].map(([path, p]) => [path, new Slot(p.value)]))
  }

  /** Moves the averages towards the parameters: part of a step. */
  update(): void {
    for (const [p, average] of this.#pairs()) average.value = average.value.mul(this.decay).add(p.value.mul(1 - this.decay))
  }

  /** Exchanges parameters and averages: the model computes with the averages until it is called again. Between steps, not in one. */
  swap(): void {
    for (const [p, average] of this.#pairs()) [p.value, average.value] = [average.value, p.value]
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

  #pairs(): [Param, Slot][] {
    return [...variables(this.#model, Param)].map(([path, p]) => [p, this.average[path]!])
  }
}
