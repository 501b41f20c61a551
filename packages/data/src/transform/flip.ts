import type { HostRng } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'
import { frameOf, moveSample } from './move-sample.ts'
import type { PixelView } from './pixel-view.ts'
import { checkProbability, withRecipe, type SampleTransform } from './sample-transform.ts'

/** Options of flips. */
export interface FlipOptions {
  /** How likely it is, 0 … 1; by default 1. */
  readonly p?: number
}

function flip(axis: 'horizontal' | 'vertical', p: number): SampleTransform {
  checkProbability(`${axis}Flip`, p)
  const apply = (sample: Fields, rng: HostRng): Fields => {
    if (p < 1 && rng.uniform() >= p) return sample
    const [height, width] = frameOf(sample, `${axis}Flip`)
    const turn = (view: PixelView): PixelView => view.flip(axis)
    const point = (x: number, y: number) => (axis === 'horizontal' ? ([width - x, y] as const) : ([x, height - y] as const))
    return moveSample(sample, { height, width, image: turn, mask: turn, point })
  }
  return withRecipe(apply, [[`${axis}Flip`, { p }]])
}

/**
 * Mirrors left and right, always or with the probability `p`.
 *
 * @throws RangeError when `p` is no probability.
 *
 * @example
 * loader(train, { each: horizontalFlip({ p: 0.5 }) })
 */
export const horizontalFlip = ({ p = 1 }: FlipOptions = {}): SampleTransform => flip('horizontal', p)

/**
 * Mirrors top and bottom, always or with the probability `p`.
 *
 * @throws RangeError when `p` is no probability.
 *
 * @example
 * loader(cells, { each: compose(horizontalFlip({ p: 0.5 }), verticalFlip({ p: 0.5 })) })
 */
export const verticalFlip = ({ p = 1 }: FlipOptions = {}): SampleTransform => flip('vertical', p)
