import { DTypeError, ShapeError } from '../errors.ts'
import { scan } from '../graph/scan.ts'
import { range, sameShape } from '../tensor/spec.ts'
import { concat, iota, stack, zeros, type Tensor } from '../tensor/tensor.ts'
import { checkDropout, dropout } from './dropout.ts'
import { param, uniform } from './init.ts'
import { Module } from './module.ts'
import { inward, onward, type Cell } from './recurrent-cell.ts'
import { defaultRng, type Rng } from './rng.ts'
import type { Param } from './variable.ts'

/** Options of `RNN`, `LSTM` and `GRU`. */
export interface RecurrentOptions {
  /** How many stand on top of each other; default 1. */
  layers?: number
  /** Reads the sequence from both ends; the outputs of both stand side by side: [n, t, 2·hidden]. Default false. */
  bidirectional?: boolean
  /** In training, of the outputs between layers, 0 ≤ p < 1; default 0. */
  dropout?: number
  /** Default true. */
  bias?: boolean
}

/** Where a sequence begins and how long each of its rows is. */
export interface SequenceOptions<S> {
  /** What the sequences go on from; default zeros. */
  state?: S
  /**
   * How many steps of each sequence count, int32 [n], 0 … t: outputs after them are 0, the last state is that of the last step
   * that counts, and the reverse direction begins there.
   */
  lengths?: Tensor
}

/**
 * Layers of recurrent cells over sequences. Parameters of layer k, named and laid out as in PyTorch: weight_ih_lk, weight_hh_lk,
 * bias_ih_lk, bias_hh_lk, and the same with _reverse.
 */
export abstract class Recurrent extends Module {
  readonly [name: `weight_${string}` | `bias_${string}`]: Param
  readonly #cell: Cell
  /** What the parameters of each layer's directions end in. */
  readonly #suffixes: readonly (readonly string[])[]
  readonly #dropout: number
  readonly rng: Rng = defaultRng()

  constructor(
    cell: Cell,
    readonly inputSize: number,
    readonly hiddenSize: number,
    { layers = 1, bidirectional = false, dropout = 0, bias = true }: RecurrentOptions,
  ) {
    super()
    this.#cell = cell
    this.#dropout = checkDropout(this.constructor.name, dropout)
    const directions = bidirectional ? ['', '_reverse'] : ['']
    this.#suffixes = range(layers).map(k => directions.map(d => `l${k}${d}`))
    const init = uniform(1 / Math.sqrt(hiddenSize))
    const rows = cell.gates * hiddenSize
    const own: Record<string, Param> = this as never
    for (const [k, suffixes] of this.#suffixes.entries())
      for (const end of suffixes) {
        own[`weight_ih_${end}`] = param([rows, k ? hiddenSize * directions.length : inputSize], init)
        own[`weight_hh_${end}`] = param([rows, hiddenSize], init)
        if (!bias) continue
        own[`bias_ih_${end}`] = param([rows], init)
        own[`bias_hh_${end}`] = param([rows], init)
      }
  }

  /** x [n, t, in] and maybe the carry, each [layers·directions, n, hidden] → output [n, t, directions·hidden], carry */
  protected run(x: Tensor, start: readonly Tensor[] | undefined, lengths: Tensor | undefined): [output: Tensor, carry: Tensor[]] {
    const name = this.constructor.name
    if (x.shape.length !== 3 || x.shape[2] !== this.inputSize)
      throw new ShapeError(`${name}: the input must be [n, t, inputSize ${this.inputSize}], got [${x.shape}]`)
    const [n, t] = x.shape as [number, number]
    const whole = [this.#suffixes.flat().length, n, this.hiddenSize]
    for (const s of start ?? [])
      if (!sameShape(s.shape, whole))
        throw new ShapeError(`${name}: the state must be [layers·directions, n, hidden] = [${whole}], got [${s.shape}]`)
    const mask = lengths && this.#mask(lengths, n, t)

    const last: Tensor[][] = []
    let sequence = x.transpose([1, 0, 2]) // [t, n, in]
    for (const [k, suffixes] of this.#suffixes.entries()) {
      if (k && this.training) sequence = dropout(sequence, this.#dropout, this.rng)
      const outputs = suffixes.map((end, d) => {
        const at = last.length
        const before = range(this.#cell.carries).map(i => start?.[i]!.slice(0, at, at + 1).squeeze(0) ?? zeros([n, this.hiddenSize]))
        const [carry, output] = this.#layer(end, sequence, before, mask, d === 1)
        last.push(carry)
        return output
      })
      sequence = outputs.length === 1 ? outputs[0]! : concat(outputs, -1)
    }
    return [sequence.transpose([1, 0, 2]), range(this.#cell.carries).map(i => stack(last.map(c => c[i]!)))]
  }

  #layer(end: string, x: Tensor, before: Tensor[], mask: Tensor | undefined, reverse: boolean): [carry: Tensor[], output: Tensor] {
    const of = (name: 'weight_ih' | 'weight_hh' | 'bias_ih' | 'bias_hh') => this[`${name}_${end}` as `weight_${string}`]
    const [weight, bias] = [of('weight_hh')!, of('bias_hh')]
    const cell = this.#cell
    const step = (carry: Tensor[], { z, counts }: { z: Tensor; counts?: Tensor }): [Tensor[], Tensor] => {
      const next = cell.step(z, onward(cell, carry[0]!, weight, bias), carry)
      if (!counts) return [next, next[0]!]
      return [next.map((s, i) => counts.where(s, carry[i]!)), counts.where(next[0]!, 0)]
    }
    return scan(step, before, { z: inward(cell, x, of('weight_ih')!, of('bias_ih'), bias), ...(mask && { counts: mask }) }, { reverse })
  }

  /** → bool [t, n, 1] */
  #mask(lengths: Tensor, n: number, t: number): Tensor {
    if (lengths.dtype !== 'int32')
      throw new DTypeError(`${this.constructor.name}: lengths must be int32, got ${lengths.dtype}. Cast them: lengths.cast('int32')`)
    if (!sameShape(lengths.shape, [n]))
      throw new ShapeError(`${this.constructor.name}: lengths must be [n] = [${n}], got [${lengths.shape}]`)
    return iota(t)
      .reshape([t, 1, 1])
      .less(lengths.reshape([1, n, 1]))
  }
}
