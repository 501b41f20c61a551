import { Linear, Module, ShapeError, type Tensor } from '@portolan/core'

/**
 * Scales and shifts each channel by what a condition says: x·(1 + γ) + β, [γ, β] = condition·Wᵀ + b.
 *
 * x: [n, c, ...], condition: [n, d] → same as x. Parameter: linear [2·c, d].
 * Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer", 2017. PyTorch: -; Keras: -.
 * @throws ShapeError if the input has other channels.
 * @example
 * new FiLM(16, 64).forward(image, { condition: text })
 */
export class FiLM extends Module {
  readonly linear: Linear
  constructor(
    conditionDim: number,
    readonly channels: number,
  ) {
    super()
    this.linear = new Linear(conditionDim, 2 * channels)
  }
  /** x: [n, c, ...], condition: [n, d] → same as x */
  forward(x: Tensor, { condition }: { condition: Tensor }): Tensor {
    if (x.shape[1] !== this.channels) throw new ShapeError(`FiLM: axis 1 must be ${this.channels} channels, got [${x.shape}]`)
    const [scale, shift] = this.linear
      .forward(condition)
      .split(2)
      .map(t => t.reshape([...t.shape, ...x.shape.slice(2).map(() => 1)])) as [Tensor, Tensor]
    return x.mul(scale.add(1)).add(shift)
  }
}
