import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { adam, compile, mse, seed, tensor, type Tensor } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { expect, it } from 'vitest'
import { Mlp } from './models.ts'

const side = 512
const x = tensor(
  Float32Array.from({ length: 256 * side }, (_, i) => Math.sin(i)),
  [256, side],
)

/** Steps that take a processor a while, their results, and how often the event loop went round meanwhile. */
async function train(worker: boolean): Promise<{ losses: number[]; weights: number[]; turns: number }> {
  seed(0)
  const model = new Mlp(side, side, side, side, side)
  const optimizer = adam(1e-3).init(model)
  const step = compile((x: Tensor) => optimizer.minimize(model, () => mse(model.forward(x), x)), { engine: onnx({ threads: 1, worker }) })
  const losses = [await (await step(x)).item()]
  let [turns, on] = [0, true]
  const turn = (): void => void setImmediate(() => on && (turns++, turn()))
  turn()
  for (let i = 0; i < 4; i++) losses.push(await (await step(x)).item())
  on = false
  const weights = Array.from((await model.layers[2]!.weight.value.data()).subarray(0, 1000))
  await step.dispose()
  return { losses, weights, turns }
}

it('a worker keeps the event loop free, with the bits of this thread', async () => {
  const here = await train(false)
  const there = await train(true)
  expect([there.losses, there.weights]).toEqual([here.losses, here.weights])
  // here nothing else runs while a step does; there everything else does
  expect(here.turns).toBeLessThan(40)
  expect(there.turns).toBeGreaterThan(10 * here.turns + 100)
})

it('the worker says which providers are not there, and why', async () => {
  const step = compile((x: Tensor) => x.add(1), { engine: onnx({ providers: ['webnn', 'cuda'], worker: true }) })
  await expect(step(tensor([1]))).rejects.toThrow(/none of the providers.*\n +webnn: 'webnn' is for browsers.*\n +cuda: ./)
})

it('the worker does not keep a program alive that has nothing more to do', async () => {
  const code = `
    import { compile, tensor } from '@portolan/core'
    import { onnx } from '@portolan/export-onnx'
    const f = compile(x => x.mul(2), { engine: onnx({ worker: true }) })
    console.log((await f(tensor([21]))).dataSync())`
  const args = ['--conditions=@portolan/source', '--import', 'tsx', '--input-type=module', '-e', code]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, timeout: 60_000 })
  expect(stdout).toContain('42')
})
