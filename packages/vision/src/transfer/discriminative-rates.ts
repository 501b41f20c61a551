import { RangeError, variables, Param, type Filter, type Group } from '@portolan/core'
import type { Classifier } from '../classify/classifier.ts'

/** Options of `discriminativeRates`. */
export interface DiscriminativeOptions {
  /** Rate of a stage, as a share of that of the next, 0 < decay ≤ 1; default 1 / 2.6, the paper's. */
  decay?: number
}

/**
 * Groups for an optimizer in which early stages learn more slowly than late ones: lr_{l−1} = decay·lr_l. What sees edges needs
 * to change less for a new task than what tells the classes.
 * Howard and Ruder, "Universal Language Model Fine-tuning for Text Classification", 2018.
 * @throws RangeError for decay.
 * @example
 * const optimizer = adam(1e-3, { groups: discriminativeRates(model) })
 */
export function discriminativeRates(
  model: Classifier,
  { decay = 1 / 2.6 }: DiscriminativeOptions = {},
): (Group & { filter: Filter; lrScale: number })[] {
  if (!(decay > 0 && decay <= 1)) throw new RangeError(`discriminativeRates: decay must be above 0 and at most 1, got ${decay}`)
  const has = (filter: Filter): boolean => [...variables(model, filter).values()].some(v => v instanceof Param)
  const stages = model.stages.filter(has) // without top the last is not there
  return stages.map((filter, i) => ({ filter, lrScale: decay ** (stages.length - 1 - i) }))
}
