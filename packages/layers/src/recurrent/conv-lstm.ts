import { conv2d, Module, param, scan, ShapeError, uniform, zeros, type Param, type Tensor } from '@portolan/core'

/** Both [n, hidden, h, w]. */
export interface ConvLSTMState {
  h: Tensor
  c: Tensor
}

/**
 * An LSTM over images whose products are convolutions. With i, f, g and o the four parts of W_ih ⋆ x + W_hh ⋆ h + b:
 * c ← σ(f)·c + σ(i)·tanh(g), h ← σ(o)·tanh(c).
 *
 * x: [n, t, in, h, w] → output [n, t, hidden, h, w] and the last state. kernel: odd. Parameters: weight_ih [4·hidden, in, k, k],
 * weight_hh [4·hidden, hidden, k, k], bias [4·hidden], 1 for f at the start.
 * Shi et al., "Convolutional LSTM Network: A Machine Learning Approach for Precipitation Nowcasting", 2015, without its peepholes. PyTorch: -; Keras: ConvLSTM2D.
 * @throws ShapeError if the kernel is even or the input does not fit.
 * @example
 * const [output, { h }] = new ConvLSTM2d(1, 16, 3).forward(zeros([2, 10, 1, 32, 32]))
 */
export class ConvLSTM2d extends Module {
  readonly weightIh: Param
  readonly weightHh: Param
  readonly bias: Param
  constructor(
    readonly inChannels: number,
    readonly hidden: number,
    readonly kernel: number,
  ) {
    super()
    if (kernel % 2 !== 1) throw new ShapeError(`ConvLSTM2d: kernel must be odd, got ${kernel}`)
    const init = uniform(1 / Math.sqrt(hidden * kernel ** 2))
    this.weightIh = param([4 * hidden, inChannels, kernel, kernel], init)
    this.weightHh = param([4 * hidden, hidden, kernel, kernel], init)
    let i = 0
    this.bias = param([4 * hidden], () => () => (Math.floor(i++ / hidden) === 1 ? 1 : 0))
  }

  /** x: [n, t, in, h, w] → output [n, t, hidden, h, w] and the last state, h and c [n, hidden, h, w] each */
  forward(x: Tensor, { state }: { state?: ConvLSTMState } = {}): [output: Tensor, state: ConvLSTMState] {
    const [n, t, c, h, w] = x.shape as [number, number, number, number, number]
    if (x.shape.length !== 5 || c !== this.inChannels)
      throw new ShapeError(`ConvLSTM2d: the input must be [n, t, ${this.inChannels}, h, w], got [${x.shape}]`)
    const padding = this.kernel >> 1
    const frames = x.transpose([1, 0, 2, 3, 4]).reshape([t * n, c, h, w])
    const inward = conv2d(frames, this.weightIh.value, { padding, bias: this.bias.value }).reshape([t, n, 4 * this.hidden, h, w])
    const start = () => zeros([n, this.hidden, h, w])
    const [last, outputs] = scan(
      (before: ConvLSTMState, z: Tensor): [ConvLSTMState, Tensor] => {
        const [i, f, g, o] = z.add(conv2d(before.h, this.weightHh.value, { padding })).split(4, 1) as [Tensor, Tensor, Tensor, Tensor]
        const c = f.sigmoid().mul(before.c).add(i.sigmoid().mul(g.tanh()))
        const h = o.sigmoid().mul(c.tanh())
        return [{ h, c }, h]
      },
      state ?? { h: start(), c: start() },
      inward,
    )
    return [outputs.transpose([1, 0, 2, 3, 4]), last]
  }
}
