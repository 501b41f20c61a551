import { ShapeError } from '../errors.ts'
import { scan } from '../graph/scan.ts'
import { range } from '../tensor/spec.ts'
import { stack, zeros, type Tensor } from '../tensor/tensor.ts'
import { param, uniform } from './init.ts'
import { linear } from './linear.ts'
import { Module } from './module.ts'
import type { Param } from './variable.ts'

/** What goes from one time step to the next; both [layers, n, hidden]. */
export interface LSTMState {
  h: Tensor
  c: Tensor
}

/**
 * Long short-term memory over sequences. With [i, f, g, o] = x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh:
 * c ← σ(f)·c + σ(i)·tanh(g),  h ← σ(o)·tanh(c).
 *
 * x: [n, t, in] → output [n, t, hidden] and the last state. Parameters of layer k, named and laid out as in PyTorch:
 * weight_ih_lk [4·hidden, in], weight_hh_lk [4·hidden, hidden], bias_ih_lk and bias_hh_lk [4·hidden].
 * Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997.
 * @example
 * const [output, { h }] = new LSTM(64, 128).forward(x)
 */
export class LSTM extends Module {
  readonly [name: `weight_${string}` | `bias_${string}`]: Param
  readonly #layers: number

  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    { layers = 1 }: { layers?: number } = {},
  ) {
    super()
    this.#layers = layers
    const init = uniform(1 / Math.sqrt(hiddenSize))
    const own: Record<string, Param> = this as never
    for (const k of range(layers)) {
      own[`weight_ih_l${k}`] = param([4 * hiddenSize, k ? hiddenSize : inputSize], init)
      own[`weight_hh_l${k}`] = param([4 * hiddenSize, hiddenSize], init)
      own[`bias_ih_l${k}`] = param([4 * hiddenSize], init)
      own[`bias_hh_l${k}`] = param([4 * hiddenSize], init)
    }
  }

  forward(x: Tensor, state?: LSTMState): [output: Tensor, state: LSTMState] {
    if (x.shape.length !== 3 || x.shape[2] !== this.inputSize) throw new ShapeError(`LSTM: the input must be [n, t, inputSize ${this.inputSize}], got [${x.shape}]`)
    const last: { h: Tensor; c: Tensor }[] = []
    let sequence = x.transpose([1, 0, 2]) // [t, n, in]
    for (const k of range(this.#layers)) {
      const start = () => zeros([x.shape[0]!, this.hiddenSize])
      const at = (t: Tensor) => t.slice(0, k, k + 1).squeeze(0)
      const [end, all] = this.#layer(k, sequence, state ? { h: at(state.h), c: at(state.c) } : { h: start(), c: start() })
      last.push(end)
      sequence = all
    }
    return [sequence.transpose([1, 0, 2]), { h: stack(last.map(s => s.h)), c: stack(last.map(s => s.c)) }]
  }

  #layer(k: number, x: Tensor, start: { h: Tensor; c: Tensor }) {
    const gates = linear(x, this[`weight_ih_l${k}`]!.value, this[`bias_ih_l${k}`]!.value.add(this[`bias_hh_l${k}`]!.value)) // [t, n, 4·hidden]
    const recurrent = this[`weight_hh_l${k}`]!
    return scan(
      ({ h, c }, z) => {
        const [i, f, g, o] = z.add(h.matmul(recurrent.value, { transposeB: true })).split(4) as [Tensor, Tensor, Tensor, Tensor]
        const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()))
        const out = o.sigmoid().mul(next.tanh())
        return [{ h: out, c: next }, out]
      },
      start,
      gates,
    )
  }
}
