import { Module, param, ShapeError, uniform, type Param, type Tensor } from '@portolan/core'

/**
 * A product of two inputs through a matrix for each output: yₒ = aᵀ·Wₒ·b + biasₒ.
 *
 * a: [..., left], b: [..., right] → [..., out]. Parameters: weight [out, left, right], bias [out]. PyTorch: Bilinear; Keras: -.
 * @throws ShapeError if the last axes are not left and right.
 * @example
 * new Bilinear([20, 30], 40).forward(zeros([8, 20]), zeros([8, 30]))   // [8, 40]
 */
export class Bilinear extends Module {
  readonly weight: Param
  readonly bias: Param | undefined
  constructor([left, right]: readonly [number, number], outFeatures: number, { bias = true }: { bias?: boolean } = {}) {
    super()
    const init = uniform(1 / Math.sqrt(left))
    this.weight = param([outFeatures, left, right], init)
    this.bias = bias ? param([outFeatures], init) : undefined
  }
  /** a: [..., left], b: [..., right] → [..., out] */
  forward(a: Tensor, b: Tensor): Tensor {
    const [out, left, right] = this.weight.shape as [number, number, number]
    if (a.shape.at(-1) !== left || b.shape.at(-1) !== right)
      throw new ShapeError(`Bilinear: the last axes must be ${left} and ${right}, got [${a.shape}] and [${b.shape}]`)
    const through = a.reshape([-1, left]).matmul(this.weight.value.transpose([1, 0, 2]).reshape([left, out * right])) // [all, out·right]
    const y = through
      .reshape([-1, out, right])
      .matmul(b.reshape([-1, right, 1]))
      .reshape([...a.shape.slice(0, -1), out])
    return this.bias ? y.add(this.bias.value) : y
  }
}
