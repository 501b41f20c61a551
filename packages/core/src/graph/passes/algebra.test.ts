import { describe, expect, it } from 'vitest'
import { addAlong, concat, full, grad, scan, tensor, trace, zeros, type Tensor } from '../../index.ts'
import { interpret, Trace } from '../trace.ts'
import type { Graph, Node } from '../graph.ts'
import { algebra } from './algebra.ts'
import { hoist } from './hoist.ts'
import { dce, optimize, simplify } from './index.ts'
import { joinPads } from './join-pads.ts'

/** A graph as it is written, before any pass. */
function written(f: (...x: Tensor[]) => Tensor[], x: readonly Tensor[]): Graph {
  const t = new Trace()
  const inputs = x.map(s => t.input(s))
  const outputs = t.run(() => f(...inputs)).map(y => t.value(y))
  return { inputs: inputs.map(i => t.value(i)), nodes: t.nodes, outputs }
}
const ops = (g: Graph): string[] => g.nodes.map(n => n.op).filter(op => op !== 'full')
const run = (g: Graph, x: readonly Tensor[]): number[][] => interpret(g, x).map(t => Array.from(t.dataSync()))
const close = (rows: number[][]) => rows.map(row => row.map(v => expect.closeTo(v, 5)))
const x = tensor([
  [0.5, -1, 2],
  [3, -0.25, 0],
])

describe('algebra', () => {
  const cases: [string, (x: Tensor) => Tensor, string[]][] = [
    ['joins factors', x => x.mul(3).mul(0.5), ['mul']],
    ['a sign is a factor', x => x.neg().mul(3), ['mul']],
    ['a factor takes a sign', x => x.mul(3).neg(), ['mul']],
    ['a division by a power of two is a factor', x => x.div(4), ['mul']],
    ['any other division stays', x => x.div(3), ['div']],
    ['no sign twice', x => x.neg().neg().exp(), ['exp']],
    ['a sum with a sign is a difference', x => x.exp().add(x.neg()), ['exp', 'sub']],
    ['on either side', x => x.neg().add(1), ['sub']],
    ['a difference with a sign is a sum', x => x.exp().sub(x.neg()), ['exp', 'add']],
    ['a constant takes the sign', x => x.mul(x).neg().sub(2), ['mul', 'sub']],
    ['a difference turns round', x => x.exp().sub(x).neg(), ['exp', 'sub']],
    ['nothing is added', x => x.exp().add(0).sub(0), ['exp']],
    ['no turn twice', x => x.transpose([1, 0]).transpose([1, 0]).exp(), ['exp']],
    ['two turns are one', x => x.reshape([1, 2, 3]).transpose([2, 0, 1]).transpose([2, 0, 1]), ['reshape', 'transpose']],
    ['a product reads a turned operand', x => x.matmul(x.transpose([1, 0])), ['matmul']],
    ['and one turned twice', x => x.transpose([1, 0]).matmul(x.transpose([1, 0]), { transposeB: true }), ['matmul']],
    ['a sum of sums', x => x.reshape([1, 2, 3]).sum(0).sum(1), ['reshape', 'sum']],
    ['kept axes', x => x.sum(0, true).sum(1, true), ['sum']],
    ['a maximum of maxima', x => x.max(1).max(0), ['max']],
    ['no cast to what it is', x => x.cast('float32').exp(), ['exp']],
    [
      'what is put along an axis is in the sum along it',
      x => addAlong(tensor(new Int32Array([1, 0]), [2, 1]), x.slice(1, 0, 1), { axis: 1, length: 3 }).sum(1),
      ['slice', 'sum'],
    ],
    ['a mean with a sign is a sign of the mean', x => x.exp().neg().mean(), ['exp', 'mean', 'neg']],
    ['so is a sum', x => x.exp().neg().sum(0), ['exp', 'sum', 'neg']],
    ['of all there is, in whatever shape', x => x.reshape([3, 2]).neg().mean(), ['mean', 'neg']],
    ['but a mean of rows needs them', x => x.reshape([3, 2]).mean(0), ['reshape', 'mean']],
    [
      'a product is taken from what is put along an axis by being added with a sign',
      x => {
        const put = addAlong(tensor(new Int32Array([1, 0]), [2, 1]), x.slice(1, 0, 1), { axis: 1, length: 3 })
        return put.sub(x.exp().mul(2)).add(put.sub(x.exp().mul(x.sum(1, true))))
      },
      ['slice', 'constant', 'addAlong', 'exp', 'mul', 'add', 'exp', 'sum', 'neg', 'mul', 'add', 'add'],
    ],
    ['constants are made as they are used', () => full([2], 3).neg().reshape([2, 1]).sum(0), []],
    ['no reshape to what it is', x => x.reshape([2, 3]).exp(), ['exp']],
  ]
  it.each(cases)('%s', (_, f, expected) => {
    const before = written(x => [f(x!)], [x])
    const after = dce(simplify(algebra(before)))
    expect(ops(after)).toEqual(expected)
    expect(run(after, [x])).toEqual(close(run(before, [x])))
  })
  it('a factor that is one number everywhere has no axes', () => {
    const after = dce(algebra(written(x => [x!.mul(full([2, 3], 2)), x!.sum(0).mul(full([2, 3], 2))], [x])))
    const shapes = after.nodes.filter(n => n.op === 'mul').map(n => n.inputs.map(v => v.shape))
    expect(shapes[0]).toEqual([[2, 3], []])
    expect(shapes[1]).toEqual([[3], [2, 3]]) // here its axes count
  })
  it('what is read elsewhere, too, is not computed twice', () => {
    const before = written(x => [x!.mul(3), x!.mul(3).mul(2), x!.neg(), x!.neg().exp()], [x])
    const shared = optimize(before)
    expect(ops(shared).filter(op => op === 'mul')).toHaveLength(2)
    expect(run(shared, [x])).toEqual(run(before, [x]))
  })
  it('does not make a factor that is no ordinary number', () => {
    const before = written(x => [x!.mul(1e30).mul(1e30), x!.mul(1e-30).mul(1e-30)], [x])
    const after = dce(algebra(before))
    expect(run(after, [x])).toEqual(run(before, [x]))
  })
})

describe('the gradient of parts', () => {
  const parts = (x: Tensor): Tensor[] => x.split(3, 1)
  it('stands side by side', () => {
    const f = (x: Tensor) => {
      const [a, b, c] = parts(x) as [Tensor, Tensor, Tensor]
      return a.mul(b).mul(c.exp()).sum()
    }
    const before = written(x => grad(f)(x!), [x])
    const after = dce(joinPads(before))
    expect(ops(before).filter(op => op === 'pad')).toHaveLength(3)
    expect(ops(after).filter(op => op === 'pad' || op === 'add')).toEqual([])
    expect(ops(after).at(-1)).toBe('concat')
    expect(run(after, [x])).toEqual(run(before, [x]))
  })
  it.each<[string, (x: Tensor) => Tensor]>([
    [
      'with a part left out',
      x =>
        parts(x)
          .slice(1)
          .map(t => t.pad([0, 0], [0, 2]))
          .reduce((a, b) => a.add(b)),
    ],
    [
      'along two axes',
      x =>
        x
          .slice(0, 0, 1)
          .pad([0, 0], [1, 0])
          .add(x.slice(1, 0, 2).pad([0, 0], [0, 1])),
    ],
    ['with another number around', x => x.pad([0, 0], [0, 3], { value: 1 }).add(x.pad([0, 3], [0, 0]))],
    ['that overlap', x => x.pad([0, 0], [0, 2]).add(x.pad([0, 2], [0, 0]))],
  ])('stays a sum %s', (_, f) => {
    const before = written(x => [f(x!)], [x])
    expect(ops(joinPads(before))).toEqual(ops(before))
  })
})

describe('loops', () => {
  const bodyOf = (g: Graph): Node['attrs'] => g.nodes.find(n => n.op === 'scan')!.attrs
  const xs = tensor(
    Float32Array.from({ length: 12 }, (_, i) => Math.cos(i)),
    [4, 3],
  )
  const w = tensor([0.5, 1.5, -1])

  it('compute before the loop what no step waits for, and put products in that order', () => {
    const f = (xs: Tensor, w: Tensor) => {
      const [h, ys] = scan(
        (h: Tensor, x: Tensor) => [h.mul(x).mul(w).add(x.mul(2)), h.add(x.greater(0).cast('float32'))] as [Tensor, Tensor],
        zeros([3]).add(1),
        xs,
      )
      return [h, ys]
    }
    const before = written((a, b) => f(a!, b!), [xs, w])
    const after = hoist(before)
    expect(bodyOf(after).body.nodes.map((n: Node) => n.op)).toEqual(['mul', 'add', 'add'])
    expect(run(after, [xs, w])).toEqual(close(run(before, [xs, w])))
  })
  it('take out what is carried from a difference', () => {
    const f = (xs: Tensor) => scan((h: Tensor, x: Tensor) => [h.sub(h.mul(x)).mul(x), h.mul(x)] as [Tensor, Tensor], zeros([3]).add(1), xs)
    const before = written(a => f(a!), [xs])
    const after = hoist(before)
    expect(bodyOf(after).body.nodes.map((n: Node) => n.op)).toEqual(['mul', 'mul'])
    expect(run(after, [xs])).toEqual(close(run(before, [xs])))
  })
  it('line up operands of fewer axes', () => {
    const m = full([2, 3], 0.5)
    const f = (xs: Tensor) => {
      const rows = xs.reshape([4, 3])
      const [h] = scan(
        (h: Tensor, { x, big }: { x: Tensor; big: Tensor }) => [h.mul(big.mul(x).add(m)), []] as [Tensor, never[]],
        zeros([2, 3]).add(1),
        {
          x: rows,
          big: concat([rows, rows], 1).reshape([4, 2, 3]),
        },
      )
      return [h]
    }
    const before = written(a => f(a!), [xs])
    const after = hoist(before)
    expect(bodyOf(after).body.nodes.map((n: Node) => n.op)).toEqual(['mul'])
    expect(run(after, [xs])).toEqual(close(run(before, [xs])))
  })
  it.each<[string, (t: Tensor, by: Tensor) => Tensor]>([
    ['a constant', t => t.add(0.1)],
    ['a number from outside', (t, by) => by.add(t)],
  ])('know beforehand what grows by %s, with the bits of the loop', (_, more) => {
    const by = tensor(0.3)
    const f = (xs: Tensor, from: Tensor, by: Tensor) => {
      const [{ h, t }, ys] = scan(
        ({ h, t }: { h: Tensor; t: Tensor }, x: Tensor) => {
          const next = more(t, by)
          return [
            { h: h.mul(x).add(next.mul(-0.2).tanh().add(1).sqrt()), t: next },
            { t, next },
          ]
        },
        { h: zeros([3]), t: from },
        xs,
      )
      return [h, t, ys.t, ys.next]
    }
    const given = [xs, tensor(0.7), by]
    const before = dce(written((a, b, c) => f(a!, b!, c!), given))
    const after = dce(hoist(before))
    expect(bodyOf(after).carries).toBe(1)
    expect(bodyOf(after).body.nodes.map((n: Node) => n.op)).toEqual(['mul', 'add'])
    expect(run(after, given)).toEqual(run(before, given))
  })
  it.each<[string, (t: Tensor, x: Tensor) => Tensor, object]>([
    ['backwards', t => t.add(1), { reverse: true }],
    ['by another number each time', (t, x) => t.add(x.sum()), {}],
    ['as a factor', t => t.mul(2), {}],
  ])('carry a number that grows %s', (_, more, options) => {
    const f = (xs: Tensor) => {
      const step = (t: Tensor, x: Tensor): [Tensor, Tensor] => [more(t, x), x.mul(t.sqrt())]
      const [t, ys] = scan(step, tensor(1), xs, options)
      return [t, ys]
    }
    const before = written(a => f(a!), [xs])
    expect(bodyOf(hoist(before)).carries).toBe(1)
    expect(run(hoist(before), [xs])).toEqual(run(before, [xs]))
  })
  it('are given their inputs in the shape that they need, and leave what is only done to a result for later', () => {
    const f = (xs: Tensor) => {
      const step = (h: Tensor, x: Tensor): [Tensor, Tensor] => [h.mul(x.reshape([3, 1])), h.mul(2).sum(0).neg().mul(0.5)]
      return scan(step, zeros([3, 2]).add(1), xs)
    }
    const before = written(a => f(a!), [xs])
    const after = hoist(before)
    expect(bodyOf(after).body.nodes.map((n: Node) => n.op)).toEqual(['mul', 'mul', 'sum'])
    expect(after.nodes.map(n => n.op).filter(op => op !== 'full')).toEqual(['add', 'reshape', 'scan', 'neg', 'mul'])
    expect(run(after, [xs])).toEqual(run(before, [xs]))
  })
  it('keep what is done to a result that is read within', () => {
    const f = (xs: Tensor) => {
      const step = (h: Tensor, x: Tensor): [Tensor, Tensor] => {
        const y = h.exp().neg()
        return [y.mul(x), y]
      }
      return scan(step, zeros([3]).add(1), xs)
    }
    const before = written(a => f(a!), [xs])
    expect(hoist(before).nodes).toEqual(before.nodes)
  })
  it('stay as they are where everything waits, or more would have to be kept', () => {
    const waits = written(a => [scan((h: Tensor, x: Tensor) => [h.add(x).tanh(), []] as [Tensor, never[]], zeros([3]), a!)[0]], [xs])
    expect(hoist(waits).nodes).toEqual(waits.nodes)
    const grows = written(
      a => [
        scan(
          (h: Tensor, x: Tensor) =>
            [
              h.mul(
                x
                  .reshape([3, 1])
                  .add(zeros([3, 50]))
                  .sum(1),
              ),
              [],
            ] as [Tensor, never[]],
          zeros([3]).add(1),
          a!,
        )[0],
      ],
      [xs],
    )
    expect(bodyOf(hoist(grows)).xs).toBe(1)
  })
})

it('tells what each pass did, in loops too', () => {
  const { graph } = trace(
    (x: Tensor) => scan((h: Tensor, x: Tensor) => [h.add(x.mul(2).mul(3)), x.mul(1)] as [Tensor, Tensor], zeros([3]), x),
    [x],
  )
  const effects = graph.effects!
  expect(effects.map(e => e.pass)).toContain('algebra')
  const of = (pass: string) => effects.filter(e => e.pass === pass)
  expect(of('simplify')[0]!.before - of('simplify')[0]!.after).toBe(1) // times 1
  expect(of('dce').every(e => e.after <= e.before)).toBe(true)
  effects.slice(1).forEach((e, i) => expect(e.before).toBe(effects[i]!.after))
})
