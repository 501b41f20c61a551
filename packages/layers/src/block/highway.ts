import { full, Linear, Module, type Activation, type Tensor } from '@portolan/core'

/** Options of `Highway`. */
export interface HighwayOptions {
  /** Of what the layer makes; default ReLU. */
  activation?: Activation
  /** Where the gate's bias starts: below 0 most is carried through; default −1. */
  gateBias?: number
}

/**
 * A linear layer, and a gate that says how much of it passes in place of the input: σ(t)·f(x·Wᵀ + b) + (1 − σ(t))·x, t = x·W_tᵀ + b_t.
 *
 * x: [..., d] → same. Parameters: transform [d, d], gate [d, d]. Srivastava et al., "Highway Networks", 2015. PyTorch: -; Keras: -.
 * @example
 * new Highway(64).forward(zeros([8, 64]))
 */
export class Highway extends Module {
  readonly transform: Linear
  readonly gate: Linear
  readonly #activation: Activation
  constructor(d: number, { activation = x => x.relu(), gateBias = -1 }: HighwayOptions = {}) {
    super()
    this.transform = new Linear(d, d)
    this.gate = new Linear(d, d)
    const { bias } = this.gate
    bias!.value = full(bias!.shape, gateBias)
    this.#activation = activation
  }
  /** x: [..., d] → same */
  forward(x: Tensor): Tensor {
    const made = this.#activation(this.transform.forward(x))
    return x.add(this.gate.forward(x).sigmoid().mul(made.sub(x)))
  }
}
