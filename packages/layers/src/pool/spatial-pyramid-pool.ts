import { adaptiveAvgPool, adaptiveMaxPool, concat, Module, type Tensor } from '@portolan/core'

/**
 * As many numbers whatever the size of an image, the largest of each cell of several grids: concat(max over each of b × b cells, for each b).
 *
 * x: [n, c, h, w] → [n, c·Σ b²], the grids one after another. grids: default [4, 2, 1]. kind: 'max' (default) or 'avg'.
 * He et al., "Spatial Pyramid Pooling in Deep Convolutional Networks", 2014. PyTorch: -; Keras: -.
 * @example
 * new SpatialPyramidPool().forward(zeros([2, 8, 13, 17]))   // [2, 168]
 */
export class SpatialPyramidPool extends Module {
  readonly kind: 'max' | 'avg'
  constructor(
    readonly grids: readonly number[] = [4, 2, 1],
    { kind = 'max' }: { kind?: 'max' | 'avg' } = {},
  ) {
    super()
    this.kind = kind
  }
  /** x: [n, c, h, w] → [n, c·Σ b²] */
  forward(x: Tensor): Tensor {
    const pool = this.kind === 'max' ? adaptiveMaxPool : adaptiveAvgPool
    return concat(
      this.grids.map(b => pool(x, b).flatten(1)),
      1,
    )
  }
}
