import { sameShape } from '@portolan/core/engine'
import { cpu, maskFactor } from '../cpu.ts'
import { elements, type Builder, type Ref, type Rules } from '../builder.ts'
import { elementwise as portable } from '../portable/elementwise.ts'
import type { Layout } from './layout.ts'

type Rule = (x: readonly Ref[], attrs: unknown, b: Builder) => Ref | Ref[] | undefined

/** One number at a time: blocked when what goes in is, or has one number for each channel. */
export function elementwise(l: Layout): Rules {
  /** The blocked forms, if all that is not one number has the shape of the result and somebody is blocked already. */
  function formsOf(b: Builder, x: readonly Ref[]): Ref[] | undefined {
    const { shape } = b.out[0]!
    const known = (r: Ref): boolean => r.blocked !== undefined
    const able = x.every(r => elements(r) === 1 || (sameShape(r.shape, shape) && (known(r) || r.type === 'float32')))
    if (!able || !x.some(known) || (x.some(r => elements(r) > 1 && !known(r)) && !x.some(r => known(r) && b.isLazy(r)))) return undefined
    return x.map(r => (elements(r) === 1 ? r : l.formOf(b, r)))
  }

  const wrapped =
    (rule: Rule): Rule =>
    (x, attrs, b) => {
      if (!x.some(r => r.blocked) || b.out[0]!.shape.length !== 4) return undefined
      const forms = formsOf(b, x)
      const made = forms && rule(forms, attrs, b)
      return made && !Array.isArray(made) ? l.lazily(b, { ...made }) : undefined
    }
  const rules: Record<string, Rule> = {}
  for (const [op, rule] of Object.entries({ ...portable, sign: cpu.sign! })) rules[op] = wrapped(rule as unknown as Rule)

  /** A blocked tensor and another with one number for each channel. */
  function channels(b: Builder, x: readonly Ref[]): { x: Ref; i: number; by: Ref } | undefined {
    for (const [i, r] of x.entries()) {
      if (!r.blocked || r.type !== 'float32' || !sameShape(r.shape, b.out[0]!.shape)) continue
      const by = l.perChannel(b, x[1 - i]!, r.shape)
      if (by) return { x: r, i, by }
    }
    return undefined
  }
  const ones = (b: Builder, c: number): Ref => b.constant('float32', [c], new Float32Array(c).fill(1))

  function plus(b: Builder, x: Ref, i: number, by: Ref): Ref {
    const conv = l.open(b, x, i)
    if (!conv) return l.affine(b, x.blocked!, ones(b, x.shape[1]!), by)
    const bias = conv.bias ? b.node('Add', [conv.bias, by], {}, by) : by
    return l.convolve(b, { ...conv, bias }, x.shape)
  }

  return {
    ...rules,
    add: (x, attrs, b) => {
      const c = channels(b, x)
      if (c) return plus(b, c.x, c.i, c.by)
      const forms = formsOf(b, x)
      // a sum becomes part of the convolution that is one of its terms
      for (const [i, r] of x.entries()) {
        const conv = forms && sameShape(r.shape, b.out[0]!.shape) && elements(x[1 - i]!) > 1 && l.open(b, r, i)
        if (conv && !conv.sum) return l.convolve(b, { ...conv, sum: forms[1 - i]! }, r.shape)
      }
      const y = rules.add!(x, attrs, b) as Ref | undefined
      return y?.blocked && l.lazily(b, { ...y.blocked, finite: x.every(r => r.blocked?.finite) })
    },
    sub: (x, attrs, b) => {
      const [p, q] = x
      if (p.blocked && q.centred?.of === p.blocked) return l.lazily(b, q.centred.is)
      const c = channels(b, x)
      return c?.i === 0 ? plus(b, c.x, 0, b.node('Neg', [c.by], {}, c.by)) : rules.sub!(x, attrs, b)
    },
    mul: (x, attrs, b) => {
      const c = channels(b, x)
      if (c) {
        const conv = l.open(b, c.x, c.i)
        const weight = conv && !conv.sum && conv.times?.(b, c.by)
        if (!weight) return l.affine(b, c.x.blocked!, c.by)
        const { times: _, ...rest } = conv
        return l.convolve(b, { ...rest, weight, bias: conv.bias && b.node('Mul', [conv.bias, c.by], {}, c.by) }, c.x.shape)
      }
      const forms = b.out[0]!.type === 'float32' && x.every(r => elements(r) > 1) ? formsOf(b, x) : undefined
      if (!forms) return rules.mul!(x, attrs, b)
      return l.lazily(b, { ...l.later(b, b.out[0]!.shape, 'Mul', forms), product: forms as [Ref, Ref] })
    },
    // ReLU's gradient, g where a mask holds and 0 elsewhere: onnxruntime chooses in three passes, with one thread
    where: (x, attrs, b) => {
      const [mask, g, otherwise] = x
      const wanted = b.gradient && (g.finite || g.blocked?.finite) && otherwise.name === b.f32(0).name
      const forms = wanted ? formsOf(b, [mask, g]) : undefined
      if (!forms) return rules.where!(x, attrs, b)
      const factors = [forms[1]!, maskFactor(b, forms[0]!)] as const
      return l.lazily(b, { ...l.later(b, b.out[0]!.shape, 'Mul', factors), product: factors, finite: true })
    },
    greater: (x, attrs, b) => {
      const forms = x[1].name === b.f32(0).name ? formsOf(b, x) : undefined
      return forms
        ? l.lazily(b, { ...l.later(b, b.out[0]!.shape, 'Greater', forms, 'bool'), above: forms[0]! })
        : rules.greater!(x, attrs, b)
    },
    relu: (x, attrs, b) => {
      const conv = l.open(b, x[0], 0)
      if (conv) return l.convolve(b, { ...conv, relu: true }, x[0].shape)
      const y = rules.relu!(x, attrs, b) as Ref | undefined
      return y?.blocked && l.lazily(b, { ...y.blocked, finite: x[0].blocked!.finite })
    },
  } as Rules
}
