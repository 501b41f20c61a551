import { Module, type Tensor } from '@portolan/core'

/** log σ(x) = −log(1 + e⁻ˣ), without overflow. */
export const logSigmoid = (x: Tensor): Tensor => x.neg().softplus().neg()

/**
 * The logarithm of a sigmoid, without its rounding: −log(1 + e⁻ˣ).
 *
 * x: [...] → same. PyTorch: LogSigmoid; Keras: -.
 * @example
 * new LogSigmoid().forward(tensor([0]))        // [-0.693]
 */
export class LogSigmoid extends Module {
  /** x: [...] → same, < 0 */
  forward(x: Tensor): Tensor {
    return logSigmoid(x)
  }
}
