import { PortolanError, ShapeError } from '../errors.ts'
import { diagonal } from './rearrange.ts'
import { isFloat, range, size } from './spec.ts'
import type { Tensor } from './tensor.ts'

/** A tensor and the name of each of its axes. */
interface Labelled {
  x: Tensor
  axes: string[]
}

/**
 * Sums of products over named axes: Einstein's notation, as numpy and PyTorch write it.
 *
 * Each letter is an axis. Letters of several operands are matched, those missing after `->` are summed over; without `->` the
 * result has the letters that occur once, in alphabetical order. `...` stands for leading axes that broadcast; a letter
 * that one operand has twice takes its diagonal. Products are computed from left to right.
 *
 * @throws PortolanError if the equation cannot be read; ShapeError if the operands do not fit it.
 * @example
 * einsum('ij,jk->ik', a, b)                    // a.matmul(b)
 * einsum('bhqd,bhkd->bhqk', query, key)        // attention scores
 * einsum('ii->i', square)                      // a diagonal
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  const [left, right, ...more] = equation.replaceAll(' ', '').split('->')
  const fail = (what: string): never => {
    throw new PortolanError(`einsum: '${equation}' ${what}`)
  }
  if (more.length) fail("has more than one '->'")
  const inputs = left!.split(',')
  if (inputs.length !== operands.length) fail(`names ${inputs.length} operands, got ${operands.length}`)

  const named = operands.map((x, i): Labelled => ({ x, axes: labels(inputs[i]!, x.shape.length, fail) }))
  const all = named.flatMap(t => t.axes)
  const leading = [...new Set(all.filter(isLeading))].toSorted((a, b) => Number(b) - Number(a))
  const out =
    right === undefined
      ? [...leading, ...new Set(all.filter(a => !isLeading(a) && all.indexOf(a) === all.lastIndexOf(a)))]
      : labels(right, right.replace('...', '').length + leading.length, fail)
  if (right === undefined) out.splice(leading.length, Infinity, ...out.slice(leading.length).toSorted())
  for (const a of out) if (!all.includes(a)) fail(`gives the axis ${a}, which no operand has`)
  if (new Set(out).size !== out.length) fail('gives an axis twice')

  const sizes = new Map<string, number>()
  for (const { x, axes } of named)
    axes.forEach((a, i) => {
      const [now, d] = [sizes.get(a) ?? 1, x.shape[i]!]
      if (now !== d && now !== 1 && d !== 1)
        throw new ShapeError(`einsum: axis ${a} of '${equation}' is ${now} and ${d} in ${operands.map(t => `[${t.shape}]`).join(', ')}`)
      sizes.set(a, now === 1 ? d : now)
    })

  const simple = named.map(t => narrowed(single(t), sizes))
  let result = simple[0]!
  for (const [i, next] of simple.slice(1).entries()) {
    const wanted = new Set([...out, ...simple.slice(i + 2).flatMap(t => t.axes)])
    result = product(
      summed(result, a => wanted.has(a) || next.axes.includes(a)),
      summed(next, a => wanted.has(a) || result.axes.includes(a)),
      wanted,
    )
  }
  const { x, axes } = summed(result, a => out.includes(a))
  return ordered(
    x,
    out.map(a => axes.indexOf(a)),
  )
}

/** Leading axes are numbered from the right, so that they match as broadcasting does. */
const isLeading = (a: string): boolean => /^\d/.test(a)

function labels(term: string, rank: number, fail: (what: string) => never): string[] {
  const match = /^([a-z]*)(\.\.\.)?([a-z]*)$/i.exec(term)
  if (!match) fail(`has the term '${term}': letters and one '...' are what it may have`)
  const [, before, dots, after] = match!
  const open = rank - before!.length - after!.length
  if (open < 0 || (open > 0 && !dots)) fail(`has the term '${term}' for an operand of rank ${rank}`)
  return [...before!.split(''), ...range(open).map(i => String(open - 1 - i)), ...after!.split('')]
}

const ordered = (x: Tensor, perm: number[]): Tensor => (perm.every((p, i) => p === i) ? x : x.transpose(perm))

/** Each axis once: of one that is there twice, the diagonal. */
function single({ x, axes }: Labelled): Labelled {
  const second = axes.findIndex((a, i) => axes.indexOf(a) < i)
  if (second < 0) return { x, axes }
  const first = axes.indexOf(axes[second]!)
  if (x.shape[first] !== x.shape[second])
    throw new ShapeError(`einsum: axis ${axes[first]} is there twice in [${x.shape}], as ${x.shape[first]} and as ${x.shape[second]}`)
  return single({ x: diagonal(x, first, second), axes: [...axes.filter((_, i) => i !== first && i !== second), axes[first]!] })
}

/** Without the axes of length 1 that another operand stretches. */
function narrowed({ x, axes }: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const stays = axes.map((a, i) => x.shape[i] === sizes.get(a))
  return { x: x.reshape(x.shape.filter((_, i) => stays[i])), axes: axes.filter((_, i) => stays[i]) }
}

function summed({ x, axes }: Labelled, stays: (axis: string) => boolean): Labelled {
  const gone = range(axes.length).filter(i => !stays(axes[i]!))
  return gone.length ? { x: x.sum(gone), axes: axes.filter(stays) } : { x, axes }
}

/** Two operands as one product of matrices: [both, left, contracted] · [both, contracted, right] → [both, left, right] */
function product(a: Labelled, b: Labelled, wanted: ReadonlySet<string>): Labelled {
  const common = a.axes.filter(l => b.axes.includes(l))
  const both = common.filter(l => wanted.has(l))
  const contracted = common.filter(l => !wanted.has(l))
  const left = a.axes.filter(l => !common.includes(l))
  const right = b.axes.filter(l => !common.includes(l))
  const dims = ({ x, axes }: Labelled, names: string[]): number[] => names.map(l => x.shape[axes.indexOf(l)]!)
  const count = (t: Labelled, names: string[]): number => size(dims(t, names))
  const order = (t: Labelled, ...names: string[]): number[] => names.map(l => t.axes.indexOf(l))
  const batch = both.length ? [count(a, both)] : []
  const done = (y: Tensor): Labelled => ({
    x: y.reshape([...dims(a, both), ...dims(a, left), ...dims(b, right)]),
    axes: [...both, ...left, ...right],
  })

  if (!contracted.length || !isFloat(a.x)) {
    const k = count(a, contracted)
    const y = ordered(a.x, order(a, ...both, ...left, ...contracted)).reshape([...batch, count(a, left), 1, k])
    return done(y.mul(ordered(b.x, order(b, ...both, ...right, ...contracted)).reshape([...batch, 1, count(b, right), k])).sum(-1))
  }
  /** As a stack of matrices, as it stands if that will do. */
  const matrices = (t: Labelled, rows: string[], columns: string[]): [Tensor, boolean] => {
    const asIs = order(t, ...both, ...columns, ...rows).every((p, i) => p === i)
    const [r, c] = asIs ? [columns, rows] : [rows, columns]
    return [ordered(t.x, order(t, ...both, ...r, ...c)).reshape([...batch, count(t, r), count(t, c)]), asIs]
  }
  const [m, transposeA] = matrices(a, left, contracted)
  const [n, transposeB] = matrices(b, contracted, right)
  return done(m.matmul(n, { transposeA, transposeB }))
}
