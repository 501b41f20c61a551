import type { OpName } from '@portolan/core/engine'
import { elements, type Builder, type Ref, type Rules } from './builder.ts'

type Rule = (x: readonly Ref[], attrs: unknown, b: Builder) => Ref | Ref[] | undefined
type AnyRules = { readonly [K in OpName]?: Rule }

/** What takes most of the time and gains most. */
const products = ['matmul', 'conv', 'convInput', 'convFilter'] as const

/**
 * Products and convolutions in float16, by the rules that would be asked for them otherwise. What goes into them and comes out stays
 * float32, and so do weights, sums and everything else.
 */
export const half = (below: readonly Rules[]): Rules =>
  Object.fromEntries(products.map(op => [op, inHalf(op, below as readonly AnyRules[])]))

const inHalf =
  (op: OpName, below: readonly AnyRules[]): Rule =>
  (x, attrs, b) => {
    if (x.some(r => r.type !== 'float32' || elements(r) === 0)) return undefined
    const { out } = b
    b.out = out.map(o => ({ ...o, type: 'float16' }))
    const narrow = x.map(r => b.cast(r, 'float16'))
    let made: Ref | Ref[] | undefined
    for (const rules of below) if ((made ??= rules[op]?.(narrow, attrs, b))) break
    b.out = out
    return made && [made].flat().map(y => b.cast(y, 'float32'))
  }
