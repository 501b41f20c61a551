import { Module, type Tensor } from '@portolan/core'
import { amounts, type Amount } from './amounts.ts'

/**
 * Fewer numbers around each sample: y[i] = x[i + before].
 *
 * x: [n, c, ...sides] → [n, c, ...sides − before − after]. amount: as that of `Pad`. PyTorch: -; Keras: Cropping1D, Cropping2D, Cropping3D.
 * @throws ShapeError if the amounts are not as many as the sides, or nothing is left.
 * @example
 * new Crop([[0, 1], 2]).forward(zeros([1, 3, 8, 8]))   // [1, 3, 7, 4]
 */
export class Crop extends Module {
  constructor(readonly amount: Amount) {
    super()
  }
  /** x: [n, c, ...sides] → [n, c, ...sides − before − after] */
  forward(x: Tensor): Tensor {
    const [before, after] = amounts('Crop', this.amount, x.shape)
    return x.sliceTo(
      before,
      x.shape.map((d, i) => d - after[i]!),
    )
  }
}
