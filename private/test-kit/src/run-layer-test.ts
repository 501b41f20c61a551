import { compile, load, merge, Module, Param, seed, sgd, split, tensor, variables, weights, type State, type Tensor } from '@portolan/core'
import { expect } from 'vitest'
// what programs do not need: the packages keep these to themselves
import { liveTensors } from '../../../packages/core/src/eager/engine.ts'
import { decodeSafetensors, encodeSafetensors, type HostTensor } from '../../../packages/core/src/io/safetensors.ts'
import { list, type Engines } from './check-same.ts'
import { close } from '../../../packages/core/src/testing/close.ts'
import { noise } from './numbers.ts'

/** Exports a model whose inputs all have the batch as first axis, and gives what runs the file. */
export type Exporter = (
  model: Module & { forward(...x: Tensor[]): readonly Tensor[] },
  inputs: readonly Tensor[],
) => Promise<(inputs: readonly Tensor[]) => Promise<Tensor[]>>

export interface LayerTest<M extends Module> {
  /** Makes the layer, after `seed`. */
  make: () => M
  /** What it is given for a batch of n, the batch always first. */
  inputs: (n: number) => Tensor[]
  /** What it computes. */
  forward: (layer: M, ...x: Tensor[]) => Tensor | readonly Tensor[]
  /** Every parameter and buffer, in order: path and shape. */
  weights: Readonly<Record<string, readonly number[]>>
  /** The shapes of the outputs for a batch of n. */
  outputs: (n: number) => number[][]
  engines: Engines
  exporter: Exporter
}

class Whole<M extends Module> extends Module {
  readonly layer: M
  readonly #forward: LayerTest<M>['forward']
  constructor(layer: M, forward: LayerTest<M>['forward']) {
    super()
    this.layer = layer
    this.#forward = forward
  }
  forward(...x: Tensor[]): Tensor[] {
    return list(this.#forward(this.layer, ...x))
  }
}

const numbers = async (state: State): Promise<Record<string, number[]>> =>
  Object.fromEntries(await Promise.all(Object.entries(state).map(async ([path, t]) => [path, Array.from(await t.data())] as const)))
const all = (ts: readonly Tensor[]): Promise<number[][]> => Promise.all(ts.map(async t => Array.from(await t.data())))

/**
 * All that every layer keeps: one seed makes one layer; the names, shapes and number of its weights; the shapes of its
 * outputs; its weights go through a file and through split and merge; in evaluation it answers the same twice; one step
 * of gradient descent lowers a loss, and moves each parameter; eager steps leave no tensor behind; every engine learns
 * the same; the exported file answers the same at batch 1 and 3.
 */
export async function runLayerTest<M extends Module>(test: LayerTest<M>): Promise<void> {
  const { make, inputs, forward, engines } = test
  const built = (n: number): Whole<M> => (seed(n), new Whole(make(), forward))
  const own = (w: Whole<M>): State => weights(w.layer)
  const first = built(5)
  const x = inputs(4)

  expect(await numbers(own(built(5)))).toEqual(await numbers(own(first)))
  expect(Object.entries(own(first)).map(([path, t]) => [path, t.shape])).toEqual(Object.entries(test.weights))
  expect(first.forward(...x).map(t => t.shape)).toEqual(test.outputs(4))

  const other = built(6).eval() as Whole<M>
  load(other.layer, await throughFile(own(first)))
  expect(await numbers(own(other))).toEqual(await numbers(own(first)))
  const answer = await all((first.eval() as Whole<M>).forward(...x))
  expect(await all(other.forward(...x))).toEqual(answer)
  expect(await all(first.forward(...x))).toEqual(answer)

  const [params, rest] = split(first.layer, Param) as [State, State]
  for (const p of variables(first.layer, Param).values()) p.value = p.value.add(1)
  merge(first.layer, params, rest)
  expect(await all(first.forward(...x))).toEqual(answer)

  const shapes = test.outputs(4)
  const targets = shapes.map(s => noise(s))
  await checkLearning(built, x, targets, engines)
  await checkExport(first, test)
}

async function throughFile(state: State): Promise<State> {
  const host = async ([path, t]: [string, Tensor]): Promise<[string, HostTensor]> => [
    path,
    { dtype: t.dtype, shape: t.shape, data: await t.data() },
  ]
  const bytes = encodeSafetensors(Object.fromEntries(await Promise.all(Object.entries(state).map(host))))
  return Object.fromEntries(
    Object.entries(decodeSafetensors(bytes).tensors).map(([path, { data, shape, dtype }]) => [path, tensor(data, shape, dtype)]),
  )
}

async function checkLearning<M extends Module>(
  built: (n: number) => Whole<M>,
  x: readonly Tensor[],
  targets: readonly Tensor[],
  engines: Engines,
): Promise<void> {
  const learner = () => {
    const model = built(5)
    const learns = variables(model, Param).size > 0
    const optimizer = sgd(0.02)
    const loss = (x: readonly Tensor[], targets: readonly Tensor[]): Tensor =>
      model
        .forward(...x)
        .map((y, i) => y.sub(targets[i]!).square().mean())
        .reduce((a, b) => a.add(b))
    const step = (x: Tensor[], targets: Tensor[]): Tensor => (learns ? optimizer.minimize(model, () => loss(x, targets)) : loss(x, targets))
    return { model, learns, step }
  }
  const args = [[...x], [...targets]] as const
  const { model, learns, step } = learner()
  const before = await numbers(weights(model))
  const compiled = compile(step)
  const losses: number[] = []
  for (let i = 0; i < 3; i++) losses.push(await (await compiled(...(args as [Tensor[], Tensor[]]))).item())
  const after = await numbers(weights(model))
  if (learns) {
    expect(losses[1]).toBeLessThan(losses[0]!)
    expect(losses[2]).toBeLessThan(losses[1]!)
    for (const path of variables(model, Param).keys()) expect(after[path], `${path} after three steps`).not.toEqual(before[path])
  }

  const kept = [await compiled(...(args as [Tensor[], Tensor[]]))]
  const live = liveTensors()
  for (let i = 0; i < 3; i++) kept.push(await compiled(...(args as [Tensor[], Tensor[]])))
  expect(liveTensors() - live, 'tensors that three steps left, beside their three results').toBe(kept.length - 1)

  for (const [name, engine] of Object.entries(engines)) {
    const twin = learner()
    const program = compile(twin.step, { engine })
    const theirs: number[] = []
    for (let i = 0; i < 3; i++) theirs.push(await (await program(...(args as [Tensor[], Tensor[]]))).item())
    close(theirs, losses, 1e-5, `losses on ${name}:`)
    const moved = await numbers(weights(twin.model))
    for (const [path, v] of Object.entries(after)) close(moved[path]!, v, 1e-5, `${path} after three steps on ${name}:`)
    await program.dispose()
  }
}

async function checkExport<M extends Module>(model: Whole<M>, { inputs, exporter }: LayerTest<M>): Promise<void> {
  model.train()
  const run = await exporter(model, inputs(2))
  expect(model.training && model.layer.training, 'export puts the mode back').toBe(true)
  model.eval()
  for (const n of [1, 3]) {
    const x = inputs(n)
    const expected = model.forward(...x)
    const actual = await run(x)
    expect(actual.map(t => t.shape)).toEqual(expected.map(t => t.shape))
    for (const [i, t] of expected.entries()) close(await actual[i]!.data(), await t.data(), 1e-5, `output ${i} of the file at batch ${n}:`)
  }
}
