import { compile, concat, grad, ready, stopGradient, straightThrough, tensor, type Tensor } from '@portolan/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { overlookNaN } from './families.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const everywhere = Object.entries({ eager: undefined, ...engines })
/** ±10⁻³⁰ … ±10, evenly in their logarithm: exact float32 numbers. */
const magnitudes = Float32Array.from({ length: 1000 }, (_, i) => (i % 2 ? 1 : -1) * 10 ** (-30 + (31 * i) / 1000))

/** Relative to the true number, 2⁻²² is two steps of float32. */
describe('accurate near 0, where the plain formula loses every digit', () => {
  const functions: Record<string, { f: (x: Tensor) => Tensor; truth: (v: number) => number; where?: (v: number) => boolean }> = {
    expm1: { f: x => x.expm1(), truth: Math.expm1 },
    log1p: { f: x => x.log1p(), truth: Math.log1p, where: v => v > -1 },
    'softplus of negative numbers': { f: x => x.mul(8).softplus(), truth: v => Math.log1p(Math.exp(8 * v)), where: v => v < 0 },
    sinh: { f: x => x.sinh(), truth: Math.sinh },
    tan: { f: x => x.tan(), truth: Math.tan },
    asinh: { f: x => x.asinh(), truth: Math.asinh },
    atanh: { f: x => x.atanh(), truth: Math.atanh, where: v => Math.abs(v) < 0.9 },
    atan: { f: x => x.atan(), truth: Math.atan },
    asin: { f: x => x.asin(), truth: Math.asin, where: v => Math.abs(v) < 0.9 },
  }
  for (const [name, { f, truth, where = () => true }] of Object.entries(functions))
    for (const [engine, e] of everywhere)
      it(`${name} on ${engine}`, async () => {
        const x = magnitudes.filter(where)
        const y = await (await compile(f, { engine: e })(tensor(x))).data()
        const worst = Array.from(x, (v, i) => Math.abs(y[i]! / truth(v) - 1)).reduce((a, b) => Math.max(a, b), 0)
        expect(worst).toBeLessThanOrEqual(2 ** -22 * 1.05)
      })
})

/** What is not finite shows at once, instead of becoming a number. */
describe('NaN stays NaN', () => {
  const unary: Record<string, (x: Tensor) => Tensor> = Object.fromEntries(
    (
      [
        'neg',
        'abs',
        'exp',
        'expm1',
        'log',
        'log1p',
        'sqrt',
        'sin',
        'cos',
        'tan',
        'asin',
        'acos',
        'atan',
        'sinh',
        'cosh',
        'tanh',
        'asinh',
        'acosh',
        'atanh',
        'erf',
        'sigmoid',
        'softplus',
        'relu',
        'floor',
        'ceil',
        'round',
        'reciprocal',
        'square',
        'cumsum',
        'cumprod',
        'softmax',
        'logSoftmax',
        'sum',
        'mean',
        'max',
        'min',
        'prod',
        'norm',
        'logSumExp',
        'variance',
      ] as const
    ).map(op => [op, x => x[op]()]),
  )
  const others: Record<string, (x: Tensor) => Tensor> = {
    clip: x => x.clip(-1, 1),
    'maximum on the left': x => x.maximum(0),
    'maximum on the right': x => tensor(0).maximum(x),
    'minimum on the left': x => x.minimum(0),
    'minimum on the right': x => tensor(0).minimum(x),
    add: x => x.add(1),
    mul: x => x.mul(0),
    div: x => tensor(1).div(x),
    mod: x => x.mod(2),
    pow: x => x.pow(3),
    matmul: x => x.matmul(tensor([0, 0, 0])),
  }
  const functions = { ...unary, ...others }
  for (const [engine, e] of everywhere)
    it(engine, async () => {
      const kept = await compile(
        (x: Tensor) => Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, f(x).isNaN().any()])),
        { engine: e },
      )(tensor([0.5, NaN, 0.25]))
      expect(Object.entries(kept).flatMap(([name, t]) => (t.itemSync() ? [] : [name]))).toEqual(e ? overlookNaN : [])
    })
})

describe('at the extremes', () => {
  const far = tensor([
    [1e4, -1e4, 0],
    [1e4, 1e4, 1e4],
    [-1e4, -1e4, -1e4],
    [-Infinity, 0, 1e4],
  ])
  const finite: Record<string, (x: Tensor) => Tensor> = {
    softmax: x => x.softmax(),
    'softmax along the first axis': x => x.softmax(0),
    logSumExp: x => x.logSumExp(1),
    sigmoid: x => x.sigmoid(),
    softplus: x => x.clip(-1e4, 1e4).softplus(),
    tanh: x => x.tanh(),
    'logSoftmax of finite numbers': x => x.clip(-1e4, 1e4).logSoftmax(),
  }
  for (const [name, f] of Object.entries(finite))
    for (const [engine, e] of everywhere)
      it(`${name}: value, gradient and its gradient are finite on ${engine}`, async () => {
        const value = (x: Tensor): Tensor => f(x).square().sum()
        const first = (x: Tensor): Tensor => grad(value)(x)[0]!
        const step = (x: Tensor): Tensor[] => [value(x), first(x), grad((v: Tensor) => first(v).square().sum())(x)[0]!]
        for (const [i, t] of (await compile(step, { engine: e })(far)).entries())
          expect([i, (await t.data()).every(Number.isFinite)]).toEqual([i, true])
      })

  it('a row of nothing but −∞ has no gradient through logSumExp', () => {
    const x = tensor([
      [-Infinity, -Infinity],
      [0, 0],
    ])
    expect(Array.from(x.logSumExp(1).dataSync())).toEqual([-Infinity, Math.fround(Math.LN2)])
    expect(Array.from(grad((v: Tensor) => v.logSumExp(1).maximum(-5).sum())(x)[0]!.dataSync())).toEqual([0, 0, 0.5, 0.5])
  })
})

describe('gradients that are a convention', () => {
  const gradient = (f: (x: Tensor) => Tensor, x: number[]): number[] =>
    Array.from(grad((v: Tensor) => f(v).sum())(tensor(x))[0]!.dataSync())
  const cases: Record<string, [f: (x: Tensor) => Tensor, x: number[], expected: number[]]> = {
    'relu is 0 at 0': [x => x.relu(), [-1, 0, 1], [0, 0, 1]],
    'abs is 0 at 0': [x => x.abs(), [-1, 0, 1], [-1, 0, 1]],
    'clip passes at its limits': [x => x.clip(-1, 1), [-2, -1, 0, 1, 2], [0, 1, 1, 1, 0]],
    'maximum shares a tie': [x => x.maximum(tensor([1, 2, 0])), [1, 1, 1], [0.5, 0, 1]],
    'minimum shares a tie': [x => x.minimum(tensor([1, 2, 0])), [1, 1, 1], [0.5, 1, 0]],
    'max shares ties': [x => x.max(), [3, 1, 3, 3], [1 / 3, 0, 1 / 3, 1 / 3].map(Math.fround)],
    'min shares ties': [x => x.min(), [1, 1, 2], [0.5, 0.5, 0]],
    'norm is 0 at 0': [x => x.norm(), [0, 0], [0, 0]],
    'std is 0 where nothing varies': [x => x.std(), [2, 2], [0, 0]],
    'sqrt is infinite at 0': [x => x.sqrt(), [0, 4], [Infinity, 0.25]],
    'x⁰ has none': [x => x.pow(tensor([0, 0])), [0, 3], [0, 0]],
    'steps have none': [x => concat([x.floor(), x.ceil(), x.round(), x.sign()]), [0.5, -2.25], [0, 0]],
    'sort hands each number its own': [x => x.sort(0, { descending: true }).mul(tensor([1, 2, 3])), [5, 9, 7], [3, 1, 2]],
    'stopGradient stops it': [x => x.mul(stopGradient(x)), [3], [3]],
    'straightThrough leads it past': [x => straightThrough(x.round(), x).mul(tensor([2, 3])), [0.4, 1.6], [2, 3]],
  }
  for (const [name, [f, x, expected]] of Object.entries(cases)) it(name, () => expect(gradient(f, x).map(g => g + 0)).toEqual(expected))
  it('straightThrough gives y as it is', () =>
    expect(Array.from(straightThrough(tensor([1, 2]), tensor([0.1, 1e9])).dataSync())).toEqual([1, 2]))
})

it('constants that only JSON takes for one stay apart', async () => {
  const f = (x: Tensor): Tensor[] => [
    x.maximum(-Infinity),
    x.minimum(Infinity),
    x.clip(-Infinity, 0),
    x.clip(0, Infinity),
    x.mul(-0).reciprocal(),
    x.mul(0).reciprocal(),
  ]
  for (const [, engine] of everywhere)
    for (const [i, t] of (await compile(f, { engine })(tensor([2]))).entries())
      expect(Array.from(await t.data())).toEqual([[2], [2], [0], [2], [-Infinity], [Infinity]][i])
})
