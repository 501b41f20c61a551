import { ShapeError } from '../errors.ts'
import { windows } from './conv.ts'
import type { Family, Sig } from './op.ts'

/** Windows over the spatial axes; see `ConvAttrs`. */
export interface PoolAttrs {
  kernel: number[]
  stride: number[]
  pads: number[]
  dilation: number[]
}

export interface Pool {
  maxPool: Sig<1, PoolAttrs>
  maxUnpool: Sig<2, PoolAttrs & { shape: number[] }>
}

export const pool: Family<Pool> = {
  // x [n, c, ...] → y, and where in the flattened x each maximum was: the first one, in row-major order
  maxPool: {
    infer: ([x], attrs) => {
      const { kernel, pads } = attrs
      if (x.shape.length !== kernel.length + 2) throw new ShapeError(`the input must be [n, c, …] with ${kernel.length} spatial axes, got [${x.shape}]`)
      const wide = pads.find((p, i) => 2 * p > kernel[i % kernel.length]!)
      if (wide !== undefined) throw new ShapeError(`padding ${wide} is more than half of the window [${kernel}]`)
      const shape = [x.shape[0]!, x.shape[1]!, ...windows(x.shape, kernel, attrs)]
      return [{ shape, dtype: x.dtype }, { shape, dtype: 'int32' }]
    },
    vjp: ({ g, x: [x], ys: [, index], attrs }) => [() => g.op('maxUnpool', [index!], { ...attrs, shape: [...x.shape] })],
  },
  // (g, index) → zeros of `shape` with g added at the flat positions index
  maxUnpool: {
    infer: ([g], { shape }) => ({ shape, dtype: g.dtype }),
    vjp: ({ g, x: [, index] }) => [() => g.reshape([-1]).gather(index), null],
  },
}
