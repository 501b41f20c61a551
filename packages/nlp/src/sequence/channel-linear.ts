import { Module, param, uniform, type Param, type Tensor } from '@portolan/core'

/** A linear map for each channel: y_c = x_c·W_cᵀ + b_c. x: [n, channels, in] → [n, channels, out]. Parameters: weight [channels, out, in], bias [channels, out]. */
export class ChannelLinear extends Module {
  readonly weight: Param
  readonly bias: Param
  constructor(channels: number, inFeatures: number, outFeatures: number) {
    super()
    const init = uniform(1 / Math.sqrt(inFeatures)) // that of Linear
    this.weight = param([channels, outFeatures, inFeatures], init)
    this.bias = param([channels, outFeatures], init)
  }
  forward(x: Tensor): Tensor {
    const y = x.transpose([1, 0, 2]).matmul(this.weight.value, { transposeB: true }) // [channels, n, out]
    return y.transpose([1, 0, 2]).add(this.bias.value)
  }
}
