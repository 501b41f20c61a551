import { Module, variables } from '../nn/module.ts'
import { Param, Slot } from '../nn/variable.ts'

/**
 * A slowly moving copy of a model's parameters: average ← decay·average + (1 − decay)·parameter.
 * Make it beside the model and call `update` in the step, after the optimizer.
 * @example
 * const ema = new Ema(model, 0.999)
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
  update(): void {
    for (const [path, p] of variables(this.#model, Param)) {
      const slot = this.average[path]!
      slot.value = slot.value.mul(this.decay).add(p.value.mul(1 - this.decay))
    }
  }
}
