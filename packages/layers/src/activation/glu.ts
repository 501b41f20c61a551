import { gelu, Module, silu, type Activation, type Tensor } from '@portolan/core'

/** One half of an axis times a function of the other: a·f(b). x: [..., 2·d, ...] → [..., d, ...] */
function gated(x: Tensor, axis: number, f: Activation): Tensor {
  const [a, b] = x.split(2, axis) as [Tensor, Tensor]
  return a.mul(f(b))
}

/** a·σ(b), the halves of an axis. */
export const glu = (x: Tensor, axis = -1): Tensor => gated(x, axis, b => b.sigmoid())
/** a·silu(b), the halves of an axis. */
export const swiglu = (x: Tensor, axis = -1): Tensor => gated(x, axis, silu)
/** a·gelu(b), the halves of an axis. */
export const geglu = (x: Tensor, axis = -1): Tensor => gated(x, axis, b => gelu(b))
/** a·relu(b), the halves of an axis. */
export const reglu = (x: Tensor, axis = -1): Tensor => gated(x, axis, b => b.relu())

/** What the four have in common. */
abstract class Gated extends Module {
  readonly #f: (x: Tensor, axis: number) => Tensor
  constructor(
    f: (x: Tensor, axis: number) => Tensor,
    readonly axis: number,
  ) {
    super()
    this.#f = f
  }
  /** x: [..., 2·d, ...] → [..., d, ...]: the axis halves */
  forward(x: Tensor): Tensor {
    return this.#f(x, this.axis)
  }
}

/**
 * One half of an axis lets the other through: a·σ(b).
 *
 * x: [..., 2·d, ...] → [..., d, ...]. axis: default the last.
 * Dauphin et al., "Language Modeling with Gated Convolutional Networks", 2016. PyTorch: GLU; Keras: -.
 * @example
 * new GLU().forward(tensor([[3, 0]]))          // [[1.5]]
 */
export class GLU extends Gated {
  constructor(axis = -1) {
    super(glu, axis)
  }
}

/**
 * A GLU whose gate is a SiLU: a·b·σ(b).
 *
 * x: [..., 2·d, ...] → [..., d, ...]. axis: default the last. Shazeer, "GLU Variants Improve Transformer", 2020. PyTorch: -; Keras: -.
 * @example
 * new SwiGLU().forward(tensor([[3, 1]]))       // [[2.193]]
 */
export class SwiGLU extends Gated {
  constructor(axis = -1) {
    super(swiglu, axis)
  }
}

/**
 * A GLU whose gate is a GELU: a·b·Φ(b).
 *
 * x: [..., 2·d, ...] → [..., d, ...]. axis: default the last. Shazeer, "GLU Variants Improve Transformer", 2020. PyTorch: -; Keras: -.
 * @example
 * new GEGLU().forward(tensor([[3, 1]]))        // [[2.524]]
 */
export class GEGLU extends Gated {
  constructor(axis = -1) {
    super(geglu, axis)
  }
}

/**
 * A GLU whose gate is a ReLU: a·max(b, 0).
 *
 * x: [..., 2·d, ...] → [..., d, ...]. axis: default the last. Shazeer, "GLU Variants Improve Transformer", 2020. PyTorch: -; Keras: -.
 * @example
 * new ReGLU().forward(tensor([[3, 1]]))        // [[3]]
 */
export class ReGLU extends Gated {
  constructor(axis = -1) {
    super(reglu, axis)
  }
}
