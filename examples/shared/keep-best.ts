import { load, toHost, weights, type Callback, type Module, type Run, type State } from '@portolan/core'

/** Keeps the weights of the epoch that was best on the validation set, and puts them back in the end. */
export class KeepBest implements Callback {
  /** The best epoch so far. */
  epoch = 0
  /** Its figure. */
  value: number
  #state: State = {}

  constructor(
    readonly model: Module,
    readonly figure: string,
    readonly mode: 'min' | 'max',
  ) {
    this.value = mode === 'max' ? -Infinity : Infinity
  }
  async validationEnd(run: Run): Promise<void> {
    const value = run.validation?.[this.figure] ?? Number.NaN
    if (!(this.mode === 'max' ? value > this.value : value < this.value)) return
    this.value = value
    this.epoch = run.epoch
    await toHost(this.model)
    this.#state = weights(this.model)
  }
  putBack(): void {
    if (this.epoch) load(this.model, this.#state)
  }
}
