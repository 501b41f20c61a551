import { ShapeError, type Shape } from '@portolan/core'

/** How much at each side: one number for all sides and both ends, or for each side one number or [before, after]. */
export type Amount = number | readonly (number | readonly [number, number])[]

/** Before and after each axis of x: [n, c, ...sides]. */
export function amounts(name: string, amount: Amount, x: Shape): [before: number[], after: number[]] {
  const sides = x.length - 2
  const each = typeof amount === 'number' ? Array<number>(Math.max(0, sides)).fill(amount) : amount
  if (each.length !== sides) throw new ShapeError(`${name}: ${each.length} amounts for the sides of [${x}]`)
  const of = (end: 0 | 1) => [0, 0, ...each.map(a => (typeof a === 'number' ? a : a[end]))]
  return [of(0), of(1)]
}
