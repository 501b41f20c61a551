import { describe, expect, it } from 'vitest'
import {
  BatchNorm1d,
  DTypeError,
  Dropout,
  Linear,
  load,
  loadReport,
  merge,
  Module,
  Param,
  PortolanError,
  RngState,
  Rng,
  ShapeError,
  split,
  tensor,
  Variable,
  weights,
  zeros,
  type State,
  type Tensor,
} from '../index.ts'

class Net extends Module {
  readonly rng = new Rng(5)
  readonly fc = new Linear(2, 3)
  readonly norm = new BatchNorm1d(3)
  readonly drop = new Dropout(0.5, { rng: this.rng })
}
const values = (s: State): Record<string, number[]> => Object.fromEntries(Object.entries(s).map(([k, t]) => [k, Array.from(t.dataSync())]))
const message = (f: () => unknown): string => {
  try {
    f()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was thrown'
}

describe('split and merge', () => {
  it('part a state, the rest last, and put it back', () => {
    const net = new Net()
    const [params, random, rest] = split(net, Param, RngState) as [State, State, State]
    expect([Object.keys(params), Object.keys(random), Object.keys(rest)]).toEqual([
      ['fc.weight', 'fc.bias', 'norm.weight', 'norm.bias'],
      ['rng.state'],
      ['norm.running_mean', 'norm.running_var'],
    ])
    const before = values({ ...params, ...random, ...rest })
    net.rng.uniform([1])
    for (const v of [net.fc.weight, net.norm.runningMean]) v.value = v.value.add(1)
    expect(values(params)).toEqual(Object.fromEntries(Object.entries(before).slice(0, 4))) // a snapshot stays as it is
    expect(merge(net, params, random, rest)).toBe(net)
    expect(values(Object.assign({}, ...split(net, Param)) as State)).toEqual(before)
  })
  it('give a variable to the first filter that lets it through', () => {
    const [fc, params] = split(new Net(), 'fc', Param) as [State, State]
    expect([Object.keys(fc), Object.keys(params)]).toEqual([
      ['fc.weight', 'fc.bias'],
      ['norm.weight', 'norm.bias'],
    ])
  })
  it('want every variable once', () => {
    const net = new Net()
    const [params, rest] = split(net, Param) as [State, State]
    expect(() => merge(net, params)).toThrow(/missing: rng\.state, norm\.running_mean, norm\.running_var/)
    expect(() => merge(net, params, rest, { 'fc.bias': tensor([0, 0, 0]) })).toThrow('merge: fc.bias stands in more than one state')
  })
})

describe('load', () => {
  const good = (): State => weights(new Net())
  it('takes what weights gives, and PyTorch’s counts of batches beside it', () => {
    const net = new Net()
    const other = good()
    load(net, { ...other, 'norm.num_batches_tracked': tensor([7], [1], 'int32') })
    expect(values(weights(net))).toEqual(values(other))
    expect(Object.keys(weights(net))).not.toContain('rng.state')
  })
  it('lists all that is wrong at once, and changes nothing then', () => {
    const net = new Net()
    const before = values(weights(net))
    const { 'fc.bias': _, ...state } = good()
    const wrong: State = { ...state, 'fc.weight': tensor([[1, 2]]), 'norm.weight': tensor([1, 2, 3], [3], 'int32'), head: tensor([1]) }
    expect(message(() => load(net, wrong))).toBe(
      [
        'load: the state does not fit the module.',
        'missing: fc.bias',
        'unexpected: head',
        'misshapen: fc.weight is [3,2], got [1,2]',
        'of another dtype: norm.weight is float32, got int32',
        'Pass { strict: false } to load what both sides have.',
      ]
        .map((line, i) => (i > 0 && i < 5 ? `  ${line}` : line))
        .join('\n'),
    )
    expect(values(weights(net))).toEqual(before)
  })
  it('has a class for each kind of mistake', () => {
    const [one, int] = [tensor([1]), tensor([1, 2, 3], [3], 'int32')]
    expect(() => load(new Net(), { ...good(), 'fc.bias': one })).toThrow(ShapeError)
    expect(() => load(new Net(), { ...good(), 'fc.bias': int })).toThrow(DTypeError)
    expect(() => load(new Net(), {})).toThrow(PortolanError)
  })
  it('takes a part when it is not strict, but nothing misshapen', () => {
    const net = new Net()
    const bias = net.fc.bias!
    load(net, { 'fc.bias': tensor([1, 2, 3]), nothing: tensor([1]) }, { strict: false })
    expect(Array.from(bias.value.dataSync())).toEqual([1, 2, 3])
    expect(() => load(net, { 'fc.bias': tensor([1]) }, { strict: false })).toThrow(ShapeError)
    load(
      net,
      {
        'fc.weight': tensor([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
        'fc.bias': tensor([0, 0, 0]),
      },
      { only: 'fc' },
    )
    expect(Array.from(bias.value.dataSync())).toEqual([0, 0, 0])
  })
  it('is not fooled by names of objects', () => {
    expect(() => load(new Linear(1, 1), JSON.parse('{"__proto__": 1}') as State)).toThrow(/missing: weight, bias/)
    expect(() => load(new Linear(1, 1), { constructor: tensor(1) } as unknown as State)).toThrow(/unexpected: constructor/)
  })
})

describe('weights of other libraries', () => {
  const foreign = (): State => ({
    'body.fc.kernel': tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]),
    'body.fc.bias': tensor([[0, 0, 0]]),
    'body.head': tensor([1]),
  })
  it('may have other names', () => {
    const names = (name: string): string | undefined =>
      name === 'body.head' ? undefined : name.replace('body.', '').replace('kernel', 'weight')
    const report = loadReport(new Net(), foreign(), { only: 'fc', names })
    expect(report).toEqual({
      fitting: [],
      missing: [],
      unexpected: [],
      misshapen: [
        { path: 'fc.weight', expected: [3, 2], received: [2, 3], layout: 'it is laid out [in, out]: take x.transpose([1, 0])' },
        { path: 'fc.bias', expected: [3], received: [1, 3], layout: 'take x.reshape([3])' },
      ],
      otherDType: [],
    })
    expect(message(() => load(new Net(), foreign(), { only: 'fc', names }))).toMatch(
      /misshapen: fc\.weight is \[3,2\], got \[2,3\] \(it is laid out \[in, out\]: take x\.transpose\(\[1, 0\]\)\); fc\.bias/,
    )
    const fixed = Object.fromEntries(
      Object.entries(foreign()).map(([k, t]) => [k, k.endsWith('kernel') ? t.transpose([1, 0]) : t.reshape([-1])]),
    )
    const net = load(new Net(), fixed, {
      only: 'fc',
      names: { 'body.fc.kernel': 'fc.weight', 'body.fc.bias': 'fc.bias', 'body.head': undefined },
    })
    expect(Array.from(net.fc.weight.value.dataSync())).toEqual([1, 4, 2, 5, 3, 6])
  })
  it('are recognized in the layouts of Keras, for every kind of convolution', () => {
    class Kernel extends Module {
      readonly w: Param
      constructor(shape: number[]) {
        super()
        this.w = new Param(zeros(shape))
      }
    }
    const layout = (own: number[], other: number[]) => loadReport(new Kernel(own), { w: zeros(other) }).misshapen[0]?.layout
    expect(layout([8, 3, 5, 7], [5, 7, 3, 8])).toMatch(/\[height, width, in, out\]: take x\.transpose\(\[3, 2, 0, 1\]\)/)
    expect(zeros([5, 7, 3, 8]).transpose([3, 2, 0, 1]).shape).toEqual([8, 3, 5, 7])
    expect(layout([8, 3, 5], [5, 3, 8])).toMatch(/transpose\(\[2, 1, 0\]\)/)
    expect(layout([8, 3, 4, 5, 6], [4, 5, 6, 3, 8])).toMatch(/transpose\(\[4, 3, 0, 1, 2\]\)/)
    expect(zeros([4, 5, 6, 3, 8]).transpose([4, 3, 0, 1, 2]).shape).toEqual([8, 3, 4, 5, 6])
    expect(layout([8, 3], [8, 4])).toBeUndefined()
  })
  it('may not become one', () => {
    expect(() => load(new Net(), foreign(), { names: () => 'fc.bias' })).toThrow(
      'names must stay different, got fc.bias twice, the second time for body.fc.bias.',
    )
  })
})

describe('a variable', () => {
  it('keeps its shape and its element type', () => {
    const p = new Param(tensor([1, 2]))
    expect(() => (p.value = tensor([1]))).toThrow('Param: a variable keeps its shape [2], got [1]')
    expect(() => (p.value = tensor([1, 2], [2], 'int32'))).toThrow('Param: a variable keeps its dtype float32, got int32')
    expect([p instanceof Variable, p.shape, p.dtype]).toEqual([true, [2], 'float32'])
  })
  it('gives a tensor that later values do not change', () => {
    const p = new Param(tensor([1]))
    const before: Tensor = p.value
    p.value = p.value.add(1)
    expect([before.itemSync(), p.value.itemSync()]).toEqual([1, 2])
  })
})
