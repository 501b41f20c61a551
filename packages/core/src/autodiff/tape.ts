import { context, within, type Entry, type Recorder } from '../tensor/context.ts'
import { isFloat } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Writes down what is computed from the tensors it watches, and walks it back. */
export class Tape implements Recorder {
  readonly #tracked = new Set<Tensor>()
  readonly #entries: Entry[] = []

  constructor(watched: readonly Tensor[]) {
    for (const x of watched) this.#tracked.add(x)
  }

  record(entry: Entry): void {
    if (!entry.inputs.some(x => this.#tracked.has(x))) return
    this.#entries.push(entry)
    for (const y of entry.outputs) if (isFloat(y)) this.#tracked.add(y)
  }

  /** Runs `f` while listening. */
  listen<T>(f: () => T): T {
    return within({ recorders: [...context().recorders, this] }, f)
  }

  /** The gradients of Σ ys·gs for `xs`. Ops applied here are heard by the outer tapes only: that is what makes derivatives nest. */
  gradients(ys: readonly Tensor[], gs: readonly (Tensor | undefined)[], xs: readonly Tensor[]): (Tensor | undefined)[] {
    const grads = new Map<Tensor, Tensor>()
    const add = (x: Tensor, g: Tensor) => grads.set(x, grads.get(x)?.add(g) ?? g)
    ys.forEach((y, i) => {
      if (gs[i] && this.#tracked.has(y)) add(y, gs[i])
    })
    for (const { inputs, outputs, vjp } of this.#entries.toReversed()) {
      const arriving = outputs.map(y => grads.get(y))
      if (arriving.every(g => !g)) continue
      const { source } = outputs[0]!.place
      within({ source: source && { ...source, gradient: true } }, () =>
        vjp(arriving).forEach((thunk, i) => {
          if (thunk && this.#tracked.has(inputs[i]!)) add(inputs[i]!, thunk())
        }),
      )
    }
    return xs.map(x => grads.get(x))
  }
}
