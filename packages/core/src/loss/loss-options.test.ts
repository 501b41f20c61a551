import { beforeAll, describe, expect, it } from 'vitest'
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  categoricalCrossEntropy,
  cosineEmbedding,
  crossEntropy,
  ctc,
  dice,
  DTypeError,
  focal,
  gaussianNll,
  grad,
  hinge,
  HostRng,
  huber,
  infoNce,
  klDivergence,
  l1Penalty,
  l2Penalty,
  Linear,
  logCosh,
  mae,
  mse,
  multiClassHinge,
  nll,
  PortolanError,
  RangeError,
  ready,
  seed,
  ShapeError,
  smoothL1,
  tensor,
  tripletMargin,
  valueAndGrad,
  zeros,
  type LossOptions,
  type Param,
  type Tensor,
} from '../index.ts'
import { expectClose } from '../testing/golden.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const rng = new HostRng(5)
const noise = (...shape: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
    shape,
  )
const ids = (below: number, ...shape: number[]): Tensor =>
  tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.integer(below)),
    shape,
  )
const signs = (...shape: number[]): Tensor =>
  ids(2, ...shape)
    .cast('float32')
    .mul(2)
    .sub(1)
const probabilities = (...shape: number[]): Tensor => noise(...shape).sigmoid()

type Loss = (x: Tensor, options: LossOptions) => Tensor
/** Each loss as a function of what is learned, that has n rows of losses, and the shape of its losses. */
interface Subject {
  loss: Loss
  x: Tensor
  losses: number[]
}
function subjects(n: number): Record<string, Subject> {
  const pair = (loss: (x: Tensor, y: Tensor, o: LossOptions) => Tensor, x: Tensor, y: Tensor, losses = x.shape): Subject => ({
    x,
    losses: [...losses],
    loss: (v, o) => loss(v, y, o),
  })
  const length = (m: number): Tensor => tensor(new Int32Array(n).fill(m), [n])
  return {
    mse: pair(mse, noise(n, 3), noise(n, 3)),
    mae: pair(mae, noise(n, 3), noise(n, 3)),
    huber: pair(huber, noise(n, 3), noise(n, 3)),
    smoothL1: pair(smoothL1, noise(n, 3), noise(n, 3)),
    logCosh: pair(logCosh, noise(n, 3), noise(n, 3)),
    binaryCrossEntropy: pair(binaryCrossEntropy, probabilities(n, 3), probabilities(n, 3)),
    binaryCrossEntropyWithLogits: pair(binaryCrossEntropyWithLogits, noise(n, 3), probabilities(n, 3)),
    focal: pair(focal, noise(n, 3), probabilities(n, 3)),
    hinge: pair(hinge, noise(n, 3), signs(n, 3)),
    gaussianNll: { loss: (x, o) => gaussianNll(x, zeros([n, 3]), x.square().add(0.1), o), x: noise(n, 3), losses: [n, 3] },
    'crossEntropy of class numbers': pair(crossEntropy, noise(n, 3, 4), ids(4, n, 3), [n, 3]),
    'crossEntropy of probabilities': pair(crossEntropy, noise(n, 3, 4), noise(n, 3, 4).softmax(), [n, 3]),
    'crossEntropy with ignored labels': pair((x, y, o) => crossEntropy(x, y, { ...o, ignoreIndex: 9 }), noise(n, 3, 4), ids(4, n, 3), [
      n,
      3,
    ]),
    categoricalCrossEntropy: pair(categoricalCrossEntropy, noise(n, 3, 4).softmax(), ids(4, n, 3), [n, 3]),
    nll: pair(nll, noise(n, 3, 4).logSoftmax(), ids(4, n, 3), [n, 3]),
    klDivergence: pair(klDivergence, noise(n, 3, 4).logSoftmax(), noise(n, 3, 4).softmax(), [n, 3]),
    multiClassHinge: pair(multiClassHinge, noise(n, 3, 4), ids(4, n, 3), [n, 3]),
    cosineEmbedding: { loss: (x, o) => cosineEmbedding(x, noise(n, 3, 4), signs(n, 3), o), x: noise(n, 3, 4), losses: [n, 3] },
    tripletMargin: { loss: (x, o) => tripletMargin(x, x.mul(2), x.neg(), o), x: noise(n, 3, 4), losses: [n, 3] },
    dice: pair(dice, probabilities(n, 3, 4), probabilities(n, 3, 4), [n, 3]),
    infoNce: pair(infoNce, noise(n, 3), noise(n, 3), [n]),
    ctc: {
      loss: (x, o) => ctc(x.logSoftmax(), zeros([n, 1], 'int32').add(1), { ...o, inputLengths: length(4), labelLengths: length(1) }),
      x: noise(5, n, 3),
      losses: [n],
    },
  }
}

/** The losses must not draw new numbers at each call. */
const fixed = Object.entries(subjects(4)).map(([name, s]) => ({
  name,
  ...s,
  loss:
    name === 'cosineEmbedding'
      ? ((): Loss => {
          const [b, t] = [noise(4, 3, 4), signs(4, 3)]
          return (x, o) => cosineEmbedding(x, b, t, o)
        })()
      : s.loss,
}))
const scalar = (f: () => Tensor): number => f().itemSync()

describe.each(fixed)('options of $name', ({ loss, x, losses }) => {
  const each = [...loss(x, { reduction: 'none' }).dataSync()]
  const size = losses.reduce((a, b) => a * b, 1)
  const kept = each.map((_, i) => i % 3 !== 1)
  const mask = tensor(Uint8Array.from(kept, Number), losses, 'bool')
  const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

  it('reduces', () => {
    expect(loss(x, { reduction: 'none' }).shape).toEqual(losses)
    expect(each.every(Number.isFinite)).toBe(true)
    expectClose([scalar(() => loss(x, { reduction: 'sum' }))], [total(each)], 1e-5)
    expectClose([scalar(() => loss(x, {}))], [total(each) / size], 1e-5)
  })

  it('weighs', () => {
    const w = Array.from({ length: losses.at(-1)! }, (_, i) => i / 2)
    const weight = tensor(w)
    const weighed = each.map((v, i) => v * w[i % w.length]!)
    expectClose(loss(x, { reduction: 'none', weight }).dataSync(), weighed)
    expectClose([scalar(() => loss(x, { weight }))], [total(weighed) / size])
    expect(() => loss(x, { weight: noise(...losses, 2) })).toThrow(ShapeError)
    expect(() => loss(x, { weight: mask })).toThrow(DTypeError)
  })

  it('masks', () => {
    const left = each.filter((_, i) => kept[i])
    expectClose([scalar(() => loss(x, { mask }))], [total(left) / left.length])
    expectClose([scalar(() => loss(x, { mask, reduction: 'sum' }))], [total(left)])
    expectClose(
      loss(x, { mask, reduction: 'none' }).dataSync(),
      each.map((v, i) => (kept[i] ? v : 0)),
    )
    expect(() => loss(x, { mask: mask.cast('float32') })).toThrow(DTypeError)
    expect(() => loss(x, { mask: mask.expandDims(0).broadcastTo([2, ...losses]) })).toThrow(ShapeError)
  })

  it('is 0 where everything is masked, with gradient 0', () => {
    const none = tensor(new Uint8Array(size), losses, 'bool')
    const f = (v: Tensor): Tensor => loss(v, { mask: none })
    expect(scalar(() => f(x))).toBe(0)
    expect(
      grad(f)(x)[0]!
        .dataSync()
        .every(g => g === 0),
    ).toBe(true)
  })
})

describe('what is masked out may be NaN', () => {
  // where rows of x belong to losses one to one, and nothing else is NaN
  for (const { name, loss, x, losses } of fixed)
    if (!['dice', 'infoNce', 'ctc', 'gaussianNll', 'tripletMargin'].includes(name))
      it(name, () => {
        const data = x.dataSync().slice() as Float32Array
        const width = data.length / losses.reduce((a, b) => a * b, 1)
        data.fill(NaN, 0, width)
        const mask = tensor(
          Uint8Array.from({ length: data.length / width }, (_, i) => Number(i > 0)),
          losses,
          'bool',
        )
        const f = (v: Tensor): Tensor => loss(v, { mask })
        const holes = tensor(data, x.shape)
        expectClose([scalar(() => f(holes))], [scalar(() => f(x))])
        expectClose(grad(f)(holes)[0]!.dataSync(), [...grad(f)(x)[0]!.dataSync()])
      })
})

describe('nothing at all', () => {
  for (const [name, { loss, x, losses }] of Object.entries(subjects(0)))
    it(name, () => {
      expect(losses).toContain(0)
      expect(() => loss(x, {})).toThrow(/the mean of no losses \[.*\] is not defined\. Leave empty batches out, or take reduction: 'sum'/)
      expect(scalar(() => loss(x, { reduction: 'sum' }))).toBe(0)
      expect(loss(x, { reduction: 'none' }).shape).toEqual(losses)
    })
})

describe('extremes', () => {
  const far = tensor([1e4, -1e4, 0, 1e4, -1e4, 3e4], [2, 3])
  const label = tensor([1, 2], [2], 'int32')
  const hard = tensor([0, 1, 1, 1, 0, 0], [2, 3])
  const cases: Record<string, (x: Tensor) => Tensor> = {
    mse: x => mse(x, hard),
    mae: x => mae(x, hard),
    huber: x => huber(x, hard),
    logCosh: x => logCosh(x, hard),
    binaryCrossEntropyWithLogits: x => binaryCrossEntropyWithLogits(x, hard, { posWeight: 2 }),
    binaryCrossEntropy: x => binaryCrossEntropy(x.clip(0, 1), hard),
    'binaryCrossEntropy behind a sigmoid': x => binaryCrossEntropy(x.sigmoid(), hard),
    crossEntropy: x => crossEntropy(x, label),
    'crossEntropy, smoothed': x => crossEntropy(x, label, { labelSmoothing: 0.1 }),
    'crossEntropy of probabilities': x => crossEntropy(x, hard.softmax()),
    categoricalCrossEntropy: x => categoricalCrossEntropy(x.softmax(), label),
    'categoricalCrossEntropy of probabilities': x => categoricalCrossEntropy(x.clip(0, 1), hard),
    nll: x => nll(x.logSoftmax(), label),
    focal: x => focal(x, hard),
    'focal, gamma below 1': x => focal(x, hard, { gamma: 0.5 }),
    klDivergence: x => klDivergence(x.logSoftmax(), hard),
    'klDivergence, of what is ruled out on both sides': x =>
      klDivergence(x.greater(0).where(x, -Infinity).logSoftmax(), x.greater(0).where(0.5, 0)),
    hinge: x => hinge(x, hard.mul(2).sub(1), { squared: true }),
    multiClassHinge: x => multiClassHinge(x, label),
    cosineEmbedding: x => cosineEmbedding(x, hard, tensor([1, -1])),
    'cosineEmbedding of zeros': x => cosineEmbedding(x.mul(0), x.mul(0), tensor([1, -1])),
    tripletMargin: x => tripletMargin(x, hard, hard),
    'tripletMargin of one point': x => tripletMargin(x.sub(1e-6), x, x),
    infoNce: x => infoNce(x, hard),
    'infoNce of zeros': x => infoNce(x.mul(0), hard),
    dice: x => dice(x.clip(0, 1).reshape([1, 2, 3]), hard.reshape([1, 2, 3])),
    'dice of nothing': x => dice(x.mul(0).reshape([1, 2, 3]), hard.mul(0).reshape([1, 2, 3])),
    gaussianNll: x => gaussianNll(x, hard, x.abs()),
    'gaussianNll without variance': x => gaussianNll(x.mul(1e-4), hard, x.mul(0)),
    ctc: x => ctc(x.reshape([2, 1, 3]).logSoftmax(), tensor([1, 2], [1, 2], 'int32')),
  }
  for (const [name, f] of Object.entries(cases))
    it(`${name} is finite, and so is its gradient`, () => {
      expect(f(far).itemSync()).toSatisfy(Number.isFinite)
      expect([...grad(f)(far)[0]!.dataSync()].filter(g => !Number.isFinite(g))).toEqual([])
    })
})

describe('what losses refuse', () => {
  const x = noise(2, 3)
  it('shapes and dtypes that do not fit', () => {
    expect(() => mse(x, noise(2))).toThrow(
      new ShapeError('mse: prediction and target must have one shape, got [2,3] and [2]. Reshape one of them.'),
    )
    expect(() => mae(x, ids(2, 2, 3))).toThrow(new DTypeError("mae: target must be float32, got int32. Cast it: x.cast('float32')"))
    expect(() => crossEntropy(x, ids(3, 3))).toThrow(
      new ShapeError('crossEntropy: labels must be int32 [2] or float32 [2,3], got int32 [3]'),
    )
    expect(() => crossEntropy(x, ids(3, 2), { classWeight: noise(2) })).toThrow(ShapeError)
    expect(() => crossEntropy(noise(), noise())).toThrow(ShapeError)
    expect(() => cosineEmbedding(x, x, noise(3))).toThrow(ShapeError)
    expect(() => infoNce(x, x, { negatives: noise(2, 4) })).toThrow(ShapeError)
    expect(() => infoNce(noise(2), noise(2))).toThrow(ShapeError)
    expect(() => dice(x, x)).toThrow(ShapeError)
    expect(() => ctc(x, ids(3, 2, 2))).toThrow(ShapeError)
    expect(() => multiClassHinge(x, noise(2))).toThrow(ShapeError)
    expect(() => tripletMargin(x, x, noise(3))).toThrow(
      new ShapeError('tripletMargin: anchor, positive and negative must have one shape, got [2,3] and [2,3] and [3]. Reshape one of them.'),
    )
  })

  it('options outside their range', () => {
    const label = ids(3, 2)
    const wrong: (() => Tensor)[] = [
      () => huber(x, x, { delta: 0 }),
      () => smoothL1(x, x, { beta: -1 }),
      () => crossEntropy(x, label, { labelSmoothing: 1.1 }),
      () => crossEntropy(x, x, { ignoreIndex: 1 }),
      () => focal(x, x, { gamma: -1 }),
      () => focal(x, x, { alpha: 2 }),
      () => tripletMargin(x, x, x, { p: 0.5 }),
      () => infoNce(x, x, { temperature: 0 }),
      () => dice(noise(1, 1, 2), noise(1, 1, 2), { smooth: 0 }),
      () => gaussianNll(x, x, x, { epsilon: 0 }),
      () => ctc(noise(3, 2, 4), ids(3, 2, 2), { blank: 4 }),
    ]
    for (const f of wrong) expect(f, String(f)).toThrow(RangeError)
  })

  it('labels that are no classes', () => {
    const outside = tensor([0, 3], [2], 'int32')
    expect(() => crossEntropy(x, outside)).toThrow(RangeError)
    expect(crossEntropy(x, outside, { ignoreIndex: -1 }).itemSync()).toBeNaN()
    expect(crossEntropy(x, outside, { ignoreIndex: 3 }).itemSync()).toBeCloseTo(
      crossEntropy(x.slice(0, 0, 1), outside.slice(0, 0, 1)).itemSync(),
      6,
    )
  })
})

describe('penalties', () => {
  seed(1)
  const layer = new Linear(3, 2)
  const numbers = (p: Param): number[] => [...p.value.dataSync()]
  it('are sums over parameters, whose gradients are as written', () => {
    const [w, b] = [numbers(layer.weight), numbers(layer.bias!)]
    const sum = (f: (v: number) => number, of: number[]): number => of.reduce((s, v) => s + f(v), 0)
    expectClose([l1Penalty(layer, 0.5).itemSync()], [0.5 * sum(Math.abs, [...w, ...b])])
    expectClose([l2Penalty(layer, 0.5, /weight$/).itemSync()], [0.5 * sum(v => v * v, w)])
    const { grads } = valueAndGrad([layer.weight, layer.bias!], () => l2Penalty(layer, 0.5, 'weight').add(l1Penalty(layer, 2, 'bias')))
    expectClose(grads[0]!.dataSync(), w)
    expectClose(
      grads[1]!.dataSync(),
      b.map(v => 2 * Math.sign(v)),
    )
    expect(() => l1Penalty(layer, 1, 'other')).toThrow(new PortolanError('l1Penalty: no parameter matches other. There are: weight, bias'))
  })
})
