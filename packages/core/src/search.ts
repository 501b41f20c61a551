/**
 * Looking for hyper-parameters: a typed space, strategies, trials that are kept.
 * @packageDocumentation
 */
export { choice, integer, real, type Dimension, type Point, type Space } from './search/space.ts'
export { grid, random, type Job, type Known, type Strategy, type Trial } from './search/strategy.ts'
export { tpe, type TpeOptions } from './search/tpe.ts'
export { halving, type HalvingOptions } from './search/halving.ts'
export { search, type SearchOptions, type SearchResult, type TrialInfo, type TrialStore } from './search/search.ts'
export { trialsTable } from './search/trials-table.ts'
