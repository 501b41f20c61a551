import type { HostRng } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'
import type { SampleTransform } from './sample-transform.ts'

/** Transforms one after the other, with the parts to be seen. */
export interface Composed extends SampleTransform {
  readonly parts: readonly SampleTransform[]
}

/**
 * Transforms one after the other, all drawing from one stream.
 *
 * @example
 * loader(photos, { each: compose(randomResizedCrop(224), horizontalFlip({ p: 0.5 }), colorJitter({ brightness: 0.2 })) })
 */
export function compose(...transforms: readonly SampleTransform[]): Composed {
  const parts = transforms.flatMap(t => ('parts' in t ? (t as Composed).parts : [t]))
  const recipe = parts.every(t => t.recipe) && parts.flatMap(t => t.recipe!)
  const apply = (sample: Fields, rng: HostRng): Fields => parts.reduce((s, t) => t(s, rng), sample)
  return Object.assign(apply, { parts }, recipe && { recipe })
}
