import { adam, BatchNorm2d, compile, Conv2d, crossEntropy, Linear, Module, Rng, seed, tensor, variables, type Tensor } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import * as ort from 'onnxruntime-node'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** Convolutions that run in blocks of channels and one that does not, with more weights than are always put in order anew. */
class Net extends Module {
  readonly conv0 = new Conv2d(3, 20, 3, { padding: 1 })
  readonly conv1 = new Conv2d(20, 32, 3, { padding: 1 })
  readonly norm = new BatchNorm2d(32)
  readonly conv2 = new Conv2d(32, 64, 3, { stride: 2, padding: 1 })
  readonly conv3 = new Conv2d(64, 64, 3, { padding: 1 })
  readonly head = new Linear(64, 5)
  features(x: Tensor): Tensor {
    const h = this.conv2.forward(this.norm.forward(this.conv1.forward(this.conv0.forward(x).relu())).relu()).relu()
    return this.conv3.forward(h).mean([2, 3])
  }
  forward(x: Tensor): Tensor {
    return this.head.forward(this.features(x))
  }
}

const x = new Rng(4).normal([2, 3, 24, 24])
const numbers = async (y: Tensor | Promise<Tensor>): Promise<number[]> => Array.from(await (await y).data())
const close = (row: number[]) => row.map(v => expect.closeTo(v, 4))
let runs: string[] = []
beforeEach(async () => {
  await onnx().facts!() // the probe of the layout is a session, too
  runs = []
  const create = ort.InferenceSession.create.bind(ort.InferenceSession) as (...args: unknown[]) => Promise<ort.InferenceSession>
  vi.spyOn(ort.InferenceSession, 'create').mockImplementation((async (...args: unknown[]) => {
    const session = await create(...args)
    const run = session.run.bind(session) as (...args: unknown[]) => ReturnType<ort.InferenceSession['run']>
    session.run = ((...given: unknown[]) => (runs.push(session.inputNames.join()), run(...given))) as typeof session.run
    return session
  }) as never)
})
afterEach(() => void vi.restoreAllMocks())

describe('what follows from weights alone', () => {
  it('is computed once, and again when one of them is another', async () => {
    seed(1)
    const net = new Net().eval()
    const run = compile((x: Tensor) => net.forward(x), { engine: onnx({ threads: 1 }) })
    const expected = await numbers(net.forward(x))
    expect(await numbers(run(x))).toEqual(close(expected))
    expect(new Set(runs).size).toBe(2)
    const [first] = runs
    runs = []
    expect(await numbers(run(x))).toEqual(close(expected))
    expect(await numbers(run(x.neg()))).toEqual(close(await numbers(net.forward(x.neg()))))
    expect(runs).toHaveLength(2)
    expect(runs).not.toContain(first)
    net.conv3.weight.value = net.conv3.weight.value.mul(-1)
    runs = []
    const changed = await numbers(net.forward(x))
    expect(changed).not.toEqual(close(expected))
    expect(await numbers(run(x))).toEqual(close(changed))
    expect(runs).toHaveLength(2)
    expect(runs[0]).toBe(first)
    await run.dispose()
  })
  it('is what a frozen part of a training has, too', async () => {
    const label = tensor(Int32Array.of(1, 3), [2], 'int32')
    const trained = async (engine: ReturnType<typeof onnx> | undefined): Promise<number[][]> => {
      seed(1)
      const net = new Net()
      net.norm.eval()
      const optimizer = adam(0.01)
      optimizer.init(net.head)
      const step = compile(
        (x: Tensor) => optimizer.minimize(net.head, () => crossEntropy(net.head.forward(net.features(x)), label).mean()),
        { engine },
      )
      const losses = [await numbers(step(x)), await numbers(step(x))]
      const [weight] = [...variables(net).entries()].filter(([path]) => path === 'conv2.weight').map(([, v]) => v)
      weight!.value = weight!.value.mul(-1)
      losses.push(await numbers(step(x)))
      await step.dispose()
      return losses
    }
    const eager = await trained(undefined)
    expect(new Set(eager.flat()).size).toBe(3)
    expect(await trained(onnx({ threads: 1 }))).toEqual(eager.map(close))
    expect(new Set(runs).size).toBe(2)
    expect(runs).toHaveLength(5)
  })
  it.each([
    ['in the portable layout', { lowering: 'portable' }],
    ['where memory is short', { lean: true }],
  ] as const)('is part of every run %s', async (_, options) => {
    seed(1)
    const net = new Net().eval()
    const run = compile((x: Tensor) => net.forward(x), { engine: onnx({ threads: 1, ...options }) })
    expect(await numbers(run(x))).toEqual(close(await numbers(net.forward(x))))
    expect(new Set(runs).size).toBe(1)
    await run.dispose()
  })
  it('may be a result as well', async () => {
    seed(1)
    const net = new Net().eval()
    const run = compile((x: Tensor) => ({ y: net.forward(x), size: net.conv3.weight.value.square().sum() }), {
      engine: onnx({ threads: 1 }),
    })
    const { y, size } = await run(x)
    expect(await numbers(y)).toEqual(close(await numbers(net.forward(x))))
    const squares = Array.from(net.conv3.weight.value.dataSync(), v => v * v)
    expect(await size.item()).toBeCloseTo(
      squares.reduce((a, b) => a + b),
      2,
    )
    await run.dispose()
  })
})
