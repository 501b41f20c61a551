import { compile, load, Param, ready, valueAndGrad, variables, weights, type Engine, type Tensor } from '@portolan/core'
import { close, goldenTensor, list, type GoldenTensor } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { layerCases } from './layer-cases.ts'
import { zooCases, type ZooCase } from './zoo-golden.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

async function same(actual: Tensor, expected: GoldenTensor, what: string): Promise<void> {
  expect(actual.shape, what).toEqual(expected.shape)
  close(await actual.data(), expected.data.map(Number), 1e-5, what)
}

/** Outputs, the gradients of Σ outputs·weights for inputs and parameters, and the buffers afterwards. */
async function check(c: ZooCase, engine: Engine | undefined): Promise<void> {
  const { make, forward } = layerCases[c.name]!
  const layer = make().train(c.training)
  load(layer, Object.fromEntries(Object.entries(c.state).map(([path, t]) => [path, goldenTensor(t)])))
  const params = variables(layer, Param)
  expect([...params.keys()].sort()).toEqual(Object.keys(c.stateGrads).sort())
  const given = c.inputs.map((t, i) => (c.grads[i] ? new Param(goldenTensor(t)) : goldenTensor(t)))
  const wanted = [...given.filter(t => t instanceof Param), ...params.values()]
  const step = () => {
    let outputs: Tensor[] = []
    const loss = (): Tensor => {
      outputs = list(forward(layer, ...given.map(t => (t instanceof Param ? t.value : t))))
      return outputs.map((y, i) => y.mul(goldenTensor(c.weights[i]!)).sum()).reduce((a, b) => a.add(b))
    }
    const { grads } = valueAndGrad(wanted, loss)
    return { outputs, grads }
  }
  const { outputs, grads } = await compile(step, { engine })()
  expect(outputs.length).toBe(c.outputs.length)
  for (const [i, y] of outputs.entries()) await same(y, c.outputs[i]!, `output ${i}:`)
  const expected = [
    ...c.grads.flatMap((g, i) => (g ? [[`input ${i}`, g] as const] : [])),
    ...[...params.keys()].map(path => [path, c.stateGrads[path]!] as const),
  ]
  for (const [i, [what, g]] of expected.entries()) await same(grads[i]!, g, `gradient of ${what}:`)
  for (const [path, t] of Object.entries(weights(layer))) await same(t, c.after[path] ?? c.state[path]!, `${path} afterwards:`)
}

it('every layer case has its numbers', () => {
  expect(zooCases.map(c => c.name).sort()).toEqual(Object.keys(layerCases).sort())
})

describe("layers have PyTorch's numbers, forward and backward", () => {
  for (const c of zooCases) it.each(Object.entries({ eager: undefined, ...engines }))(`${c.name}: %s`, (_, engine) => check(c, engine))
})
