import { Module, ShapeError, type Tensor } from '@portolan/core'

/**
 * Deals the channels of each group out to all groups: y[i·groups + g] = x[g·c/groups + i].
 *
 * x: [n, c, ...] → same. Zhang et al., "ShuffleNet", 2017. PyTorch: ChannelShuffle; Keras: -.
 * @throws ShapeError if the channels do not divide into groups.
 * @example
 * new ChannelShuffle(2).forward(zeros([1, 6, 4, 4]))
 */
export class ChannelShuffle extends Module {
  constructor(readonly groups: number) {
    super()
  }
  /**
   * x: [n, c, ...] → same.
   * @throws ShapeError unless the groups divide the channels.
   */
  forward(x: Tensor): Tensor {
    const [n, c, ...sides] = x.shape as [number, number, ...number[]]
    if (x.shape.length < 2 || c % this.groups)
      throw new ShapeError(`ChannelShuffle: the channels must divide into ${this.groups} groups, got [${x.shape}]`)
    return x
      .reshape([n, this.groups, c / this.groups, ...sides])
      .swapAxes(1, 2)
      .reshape(x.shape)
  }
}
