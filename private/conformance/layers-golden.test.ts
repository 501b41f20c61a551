import {
  BatchNorm1d,
  BatchNorm2d,
  compile,
  Dropout,
  Embedding,
  Linear,
  load,
  LSTM,
  Module,
  MultiHeadAttention,
  Param,
  ready,
  Rng,
  stack,
  tensor,
  valueAndGrad,
  variables,
  type Shape,
  type State,
  type Tensor,
} from '@portolan/core'
import { close, goldenCases, goldenTensor, type GoldenCase } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

/** A layer for a case: which of the case's inputs are its weights, by path, and what it makes of the others. */
interface Subject {
  layer: Module
  weights: Record<string, number>
  outputs: (...x: (Tensor | undefined)[]) => Tensor[]
}

/** Draws that keep what is to be kept. */
class Given extends Rng {
  readonly #kept: Tensor
  constructor(kept: Tensor) {
    super(0)
    this.#kept = kept
  }
  override uniform(_: Shape): Tensor {
    return this.#kept.where(0, 1 - 2 ** -24)
  }
}

interface Attrs {
  training: boolean
  momentum: number
  epsilon: number
  calls?: number
  p: number
  layers: number
  heads: number
}

function subject({ op, attrs, inputs }: GoldenCase): Subject {
  const a = attrs as unknown as Attrs
  const [x, w, b] = inputs
  switch (op) {
    case 'Linear': {
      const [out, inside] = w!.shape as [number, number]
      const layer = new Linear(inside, out, { bias: b !== undefined })
      return { layer, weights: { weight: 1, ...(b && { bias: 2 }) }, outputs: x => [layer.forward(x!)] }
    }
    case 'Embedding': {
      const layer = new Embedding(x!.shape[0]!, x!.shape[1]!)
      return { layer, weights: { weight: 0 }, outputs: (_, index) => [layer.forward(index!)] }
    }
    case 'BatchNorm': {
      const rank = x!.shape.length - (a.calls ? 1 : 0)
      const layer = new (rank === 4 ? BatchNorm2d : BatchNorm1d)(w!.shape[0]!, a).train(a.training)
      const calls = (x: Tensor): Tensor =>
        a.calls ? stack(Array.from({ length: a.calls }, (_, i) => layer.forward(x.slice(0, i, i + 1).squeeze(0)))) : layer.forward(x)
      return {
        layer,
        weights: { weight: 1, bias: 2, running_mean: 3, running_var: 4 },
        outputs: x => [calls(x!), layer.runningMean.value, layer.runningVar.value],
      }
    }
    case 'Dropout': {
      const layer = new Dropout(a.p, { rng: new Given(goldenTensor(w!)) })
      return { layer, weights: {}, outputs: x => [layer.forward(x!)] }
    }
    case 'LSTM': {
      const layer = new LSTM(x!.shape[2]!, inputs[4]!.shape[1]!, { layers: a.layers })
      const names = Array.from({ length: a.layers }, (_, k) =>
        ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map(n => `${n}_l${k}`),
      ).flat()
      const outputs = (x?: Tensor, h?: Tensor, c?: Tensor): Tensor[] => {
        const [y, last] = layer.forward(x!, h && c ? { state: { h, c } } : {})
        return [y, last.h, last.c]
      }
      return { layer, weights: Object.fromEntries(names.map((name, i) => [name, 3 + i])), outputs }
    }
    case 'MultiHeadAttention': {
      const layer = new MultiHeadAttention(x!.shape[2]!, a.heads)
      const outputs = (query?: Tensor, key?: Tensor, value?: Tensor, ...[, , , , blocked, padding]: (Tensor | undefined)[]): Tensor[] => [
        layer.forward(query!, {
          ...(key && { key }),
          ...(value && { value }),
          ...(blocked && { mask: blocked.not() }),
          ...(padding && { keyMask: padding.not() }),
        }),
      ]
      return { layer, weights: { in_proj_weight: 3, in_proj_bias: 4, 'out_proj.weight': 5, 'out_proj.bias': 6 }, outputs }
    }
    default:
      throw new Error(`no layer for ${op}`)
  }
}

describe("PyTorch's numbers, forward and backward: eager and both lowerings", () => {
  for (const c of goldenCases('layers'))
    it.each(Object.entries({ eager: undefined, ...engines }))(`${c.name}: %s`, async (_, engine) => {
      const { layer, weights, outputs } = subject(c)
      const given = c.inputs.map(t => (t ? goldenTensor(t) : undefined))
      load(layer, Object.fromEntries(Object.entries(weights).map(([path, i]) => [path, given[i]!])) as State)
      // whose gradient is wanted is a variable: the layer's own, and one for each other input
      const own = variables(layer, Param)
      const variable = c.inputs.map((_, i) => {
        const path = Object.keys(weights).find(path => weights[path] === i)
        return path === undefined ? (c.grads[i] ? new Param(given[i]!) : undefined) : own.get(path)
      })
      const wanted = c.grads.flatMap((g, i) => (g ? [i] : []))
      const step = () => {
        let made: Tensor[] = []
        const loss = (): Tensor => {
          made = outputs(...given.map((t, i) => (Object.values(weights).includes(i) ? undefined : (variable[i]?.value ?? t))))
          return made.flatMap((y, i) => (c.weights[i] ? [y.mul(goldenTensor(c.weights[i])).sum()] : [])).reduce((p, q) => p.add(q))
        }
        const { grads } = valueAndGrad(
          wanted.map(i => variable[i]!),
          loss,
        )
        return { made, grads }
      }
      const { made, grads } = await compile(step, { engine })()
      for (const [i, y] of made.entries()) {
        expect(y.shape).toEqual(c.outputs[i]!.shape)
        close(await y.data(), c.outputs[i]!.data.map(Number), 1e-5, `output ${i}:`)
      }
      for (const [k, i] of wanted.entries()) close(await grads[k]!.data(), c.grads[i]!.data.map(Number), 1e-5, `gradient of input ${i}:`)
    })
})

describe('Dropout', () => {
  it('keeps a share of 1 − p and keeps the mean, with the draws of its stream', async () => {
    const rng = new Rng(4)
    const y = await new Dropout(0.3, { rng }).forward(tensor(new Float32Array(20_000).fill(2))).data()
    const kept = Array.from(y).filter(v => v !== 0)
    expect(Math.abs(kept.length / 20_000 - 0.7)).toBeLessThan(4 * Math.sqrt(0.21 / 20_000))
    for (const v of kept) expect(v).toBeCloseTo(2 / 0.7, 5)
    const draws = await new Rng(4).uniform([20_000]).data()
    expect(Array.from(y, v => v !== 0)).toEqual(Array.from(draws, u => u < Math.fround(0.7)))
  })
})
