import { range, sameShape, size } from '../../tensor/spec.ts'
import type { Node, Value } from '../graph.ts'
import { rewrite, type Pass, type Rewriting } from './rewrite.ts'

/**
 * Algebra that leaves fewer ops: factors are joined, signs go into additions and factors, nothing is added to or turned round twice,
 * sums of sums are one, and a product reads its operands transposed.
 */
export const algebra: Pass = graph => rewrite(graph, (node, by) => rules[node.op]?.(node, by) ?? node)

/** A node in place of this one; or nothing: it stays. */
type Rule = (node: Node, by: Rewriting) => Node | undefined

/** The number that a value is everywhere. */
const constant = (v: Value, by: Rewriting): number | undefined => {
  const m = by.maker(v)
  return m?.op === 'full' && v.dtype === 'float32' ? (m.attrs.value as number) : undefined
}
const made = (v: Value, op: Node['op'], by: Rewriting): Node | undefined => {
  const m = by.maker(v)
  return m?.op === op ? m : undefined
}
/** Its maker, which is not needed for anything else. */
const own = (v: Value, op: Node['op'], by: Rewriting): Node | undefined => (by.single(v) ? made(v, op, by) : undefined)

/** Says that a node gives what a value is: reshape to the same shape, which `simplify` takes away. */
const same = (node: Node, v: Value): Node => ({ ...node, op: 'stopGradient', inputs: [v], attrs: {} })

/** x·c for a scalar c; undefined where the factor would be no ordinary number. */
function scaled(node: Node, x: Value, factor: number, by: Rewriting): Node | undefined {
  if (!(Math.abs(factor) > 1e-30 && Math.abs(factor) < 1e30) || !sameShape(x.shape, node.outputs[0]!.shape)) return undefined
  return { ...node, op: 'mul', inputs: [x, number(factor, by)], attrs: {} }
}

/** A constant without axes. */
const number = (value: number, by: Rewriting): Value =>
  by.before({ op: 'full', inputs: [], attrs: { shape: [], value: Math.fround(value), dtype: 'float32' } }, { shape: [], dtype: 'float32' })

/** One number everywhere. */
const filled = (node: Node, value: number): Node => {
  const { shape, dtype } = node.outputs[0]!
  return { ...node, op: 'full', inputs: [], attrs: { shape: [...shape], value: Math.fround(value), dtype } }
}

/** The two operands of a product, the constant one second. */
function factors({ inputs: [a, b] }: Node, by: Rewriting): [Value, number] | undefined {
  const [p, q] = [constant(a!, by), constant(b!, by)]
  return q !== undefined ? [a!, q] : p !== undefined ? [b!, p] : undefined
}

const joined =
  (op: 'sum' | 'max' | 'min'): Rule =>
  (node, by) => {
    const inner = own(node.inputs[0]!, op, by)
    if (!inner) return undefined
    const { axes, keepDims } = inner.attrs as { axes: number[]; keepDims: boolean }
    if (keepDims !== node.attrs.keepDims) return undefined
    const left = range(inner.inputs[0]!.shape.length).filter(i => keepDims || !axes.includes(i))
    const all = [...new Set([...axes, ...(node.attrs.axes as number[]).map(i => left[i]!)])].toSorted((a, b) => a - b)
    return { ...node, inputs: inner.inputs, attrs: { ...node.attrs, axes: all } }
  }

/** A sum or mean: a sign before it is that of the result, and where it is of all there is, the shape does not matter. */
const total: Rule = (node, by) => {
  const [x] = node.inputs as [Value]
  if (x.dtype !== 'float32') return undefined
  const minus = own(x, 'neg', by)
  if (minus) {
    const inner = { ...node, inputs: minus.inputs }
    return { ...node, op: 'neg', inputs: [by.before(total(inner, by) ?? inner, node.outputs[0]!)], attrs: {} }
  }
  const { axes, keepDims } = node.attrs as { axes: number[]; keepDims: boolean }
  const flat = axes.length === x.shape.length && !keepDims ? own(x, 'reshape', by) : undefined
  return flat && { ...node, inputs: flat.inputs, attrs: { axes: range(flat.inputs[0]!.shape.length), keepDims } }
}

/** Numbers put along an axis, less a product, as the product's opposite and these added to it: an engine needs no zeros for that. */
function addedTo(node: Node, by: Rewriting): Node | undefined {
  const [put, product] = node.inputs as [Value, Value]
  const times = own(product, 'mul', by)
  if (!made(put, 'addAlong', by) || !times || product.dtype !== 'float32' || !sameShape(put.shape, product.shape)) return undefined
  const [x, s] = times.inputs.toSorted((a, b) => size(b.shape) - size(a.shape)) as [Value, Value]
  const c = constant(s, by)
  const minus = c === undefined ? by.before({ op: 'neg', inputs: [s], attrs: {} }, s) : number(-c, by)
  return { ...node, op: 'add', inputs: [by.before({ ...times, inputs: [x, minus] }, product), put] }
}

/** A reshape or broadcast to the shape that is there, or of one number everywhere. */
const unchanged: Rule = (node, by) => {
  if (sameShape(node.inputs[0]!.shape, node.outputs[0]!.shape)) return same(node, node.inputs[0]!)
  const c = constant(node.inputs[0]!, by)
  return c === undefined ? undefined : filled(node, c)
}

const swapsLast = (perm: readonly number[]): boolean => sameShape(perm, [...range(perm.length - 2), perm.length - 1, perm.length - 2])

const rules: { readonly [K in Node['op']]?: Rule } = {
  mul(node, by) {
    const [x, c] = factors(node, by) ?? []
    if (!x || c === undefined) return undefined
    const times = own(x, 'mul', by)
    const [y, d] = (times && factors(times, by)) ?? []
    if (y && d !== undefined) return scaled(node, y, c * d, by)
    const minus = own(x, 'neg', by)
    if (minus) return scaled(node, minus.inputs[0]!, -c, by)
    return node.inputs.some(v => v !== x && v.shape.length) ? scaled(node, x, c, by) : undefined
  },
  // by a power of two, exactly
  div(node, by) {
    const c = constant(node.inputs[1]!, by)
    return c !== undefined && c !== 0 && Number.isInteger(Math.log2(Math.abs(c))) ? scaled(node, node.inputs[0]!, 1 / c, by) : undefined
  },
  neg(node, by) {
    const [x] = node.inputs as [Value]
    const c0 = constant(x, by)
    if (c0 !== undefined) return filled(node, -c0)
    const twice = made(x, 'neg', by)
    if (twice) return same(node, twice.inputs[0]!)
    const difference = own(x, 'sub', by)
    if (difference) return { ...node, op: 'sub', inputs: difference.inputs.toReversed() }
    const times = own(x, 'mul', by)
    const [y, c] = (times && factors(times, by)) ?? []
    return y && c !== undefined ? scaled(node, y, -c, by) : undefined
  },
  add(node, by) {
    const [a, b] = node.inputs as [Value, Value]
    if (constant(b, by) === 0 && sameShape(a.shape, node.outputs[0]!.shape)) return same(node, a)
    if (constant(a, by) === 0 && sameShape(b.shape, node.outputs[0]!.shape)) return same(node, b)
    const [minusA, minusB] = [own(a, 'neg', by), own(b, 'neg', by)]
    if (minusB) return { ...node, op: 'sub', inputs: [a, minusB.inputs[0]!] }
    return minusA && { ...node, op: 'sub', inputs: [b, minusA.inputs[0]!] }
  },
  sub(node, by) {
    const [a, b] = node.inputs as [Value, Value]
    const sum = addedTo(node, by)
    if (sum) return sum
    if (constant(b, by) === 0 && sameShape(a.shape, node.outputs[0]!.shape)) return same(node, a)
    const [minusA, minusB] = [own(a, 'neg', by), own(b, 'neg', by)]
    if (minusB) return { ...node, op: 'add', inputs: [a, minusB.inputs[0]!] }
    const c = constant(b, by)
    if (!minusA || c === undefined) return undefined
    const minusC = by.before({ op: 'full', inputs: [], attrs: { shape: [...b.shape], value: -c, dtype: 'float32' } }, b)
    return { ...node, inputs: [minusC, minusA.inputs[0]!] }
  },
  sum(node, by) {
    const [x] = node.inputs as [Value]
    const { axes } = node.attrs as { axes: number[] }
    const c = constant(x, by)
    if (c !== undefined) return filled(node, c * axes.reduce((n, a) => n * x.shape[a]!, 1))
    // each number that is put somewhere along an axis is in the sum along it
    const put = made(x, 'addAlong', by)
    if (put && axes.length === 1 && axes[0] === put.attrs.axis) {
      const shorter = { ...node, inputs: [put.inputs[1]!] }
      return rules.sum!(shorter, by) ?? shorter
    }
    return joined('sum')(node, by) ?? total(node, by)
  },
  mean: total,
  max: joined('max'),
  min: joined('min'),
  transpose(node, by) {
    const inner = made(node.inputs[0]!, 'transpose', by)
    const perm = inner ? (node.attrs.perm as number[]).map(p => inner.attrs.perm[p] as number) : (node.attrs.perm as number[])
    const [x] = (inner ?? node).inputs as [Value]
    if (sameShape(perm, range(perm.length))) return same(node, x)
    return inner && { ...node, inputs: [x], attrs: { perm } }
  },
  matmul(node, by) {
    const turned = node.inputs.slice(0, 2).map(v => {
      const m = made(v, 'transpose', by)
      return m && swapsLast(m.attrs.perm) ? m.inputs[0]! : undefined
    })
    if (!turned.some(Boolean)) return undefined
    const [a, b] = turned
    const { transposeA, transposeB } = node.attrs
    return {
      ...node,
      inputs: [a ?? node.inputs[0]!, b ?? node.inputs[1]!, ...node.inputs.slice(2)],
      attrs: { transposeA: a ? !transposeA : transposeA, transposeB: b ? !transposeB : transposeB },
    }
  },
  reshape: unchanged,
  broadcastTo: unchanged,
  cast: node => (node.inputs[0]!.dtype === node.outputs[0]!.dtype ? same(node, node.inputs[0]!) : undefined),
}
