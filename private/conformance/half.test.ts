import {
  adam,
  compile,
  Conv2d,
  crossEntropy,
  HostRng,
  Linear,
  maxPool2d,
  Module,
  seed,
  tensor,
  type Engine,
  type Tensor,
} from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { describe, expect, it } from 'vitest'
import '../../packages/export-onnx/src/index.ts'
import { localHost } from '../../packages/export-onnx/src/engine/local-host.ts'
import { Builder } from '../../packages/export-onnx/src/lower/builder.ts'
import { half } from '../../packages/export-onnx/src/lower/half.ts'
import { portable } from '../../packages/export-onnx/src/lower/portable/index.ts'
import { encode } from '../../packages/export-onnx/src/model/encode.ts'
import type { OnnxGraph } from '../../packages/export-onnx/src/model/onnx-model.ts'

class Net extends Module {
  conv1 = new Conv2d(1, 4, 3)
  conv2 = new Conv2d(4, 8, 3, { stride: 2 })
  fc = new Linear(32, 3)
  forward(x: Tensor): Tensor {
    return this.fc.forward(
      this.conv2
        .forward(maxPool2d(this.conv1.forward(x).relu(), 2))
        .relu()
        .flatten(1),
    ) // [n, 3]
  }
}

/** What `precision: 'float16'` writes, computed by the processor, which rounds as float16 does although it gains nothing. */
const lowered: { graph: OnnxGraph; types: ReadonlyMap<string, { type: string }> }[] = []
const halfOnProcessor: Engine = {
  name: 'half',
  async compile(graph) {
    const builder = new Builder({ rules: [half([portable]), portable], opset: 21 })
    const model = builder.graph(graph, new Map(), 'step')
    lowered.push({ graph: model, types: builder.values })
    const host = await localHost('cpu', { threads: 1, named: true })
    const session = await host.create({
      bytes: encode(model, { opset: 21 }),
      inputs: graph.inputs.map((v, i) => ({ name: model.inputs[i]!.name, shape: v.shape, dtype: v.dtype })),
      outputs: model.outputs.map(o => o.name),
      options: { logSeverityLevel: 3 },
    })
    return { run: inputs => session.run(inputs), dispose: () => session.release() }
  },
}

/** Losses of a network that tells which third of an image is bright; `small` makes all gradients too small for float16. */
async function train(engine: Engine, { steps = 30, small = 1, lossScale }: { steps?: number; small?: number; lossScale?: object } = {}) {
  seed(3)
  const rng = new HostRng(4)
  const labels = Int32Array.from({ length: 24 }, (_, i) => i % 3)
  const pixels = Float32Array.from(
    { length: 24 * 144 },
    (_, i) => 0.2 * rng.normal() + +(Math.floor((i % 12) / 4) === labels[Math.floor(i / 144)]),
  )
  const model = new Net()
  const optimizer = adam(0.01, { epsilon: 1e-16, ...(lossScale && { lossScale }) }).init(model)
  const [x, y] = [tensor(pixels, [24, 1, 12, 12]), tensor(labels, [24])]
  const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(model, () => crossEntropy(model.forward(x), y).mul(small)).div(small), {
    engine,
  })
  const losses: number[] = []
  for (let i = 0; i < steps; i++) losses.push((await (await step(x, y)).data())[0]!)
  await step.dispose()
  return { losses, scale: optimizer.lossScale && (await optimizer.lossScale.scale.value.data())[0] }
}
const apart = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)))

describe('float16', () => {
  it('learns as float32 does, with products in float16 and everything that lasts in float32', async () => {
    const full = (await train(onnx({ threads: 1 }))).losses
    const { losses, scale } = await train(halfOnProcessor, { lossScale: {} })
    expect(full.at(-1)).toBeLessThan(0.2 * full[0]!)
    expect(apart(losses, full)).toBeLessThan(0.02)
    expect(apart(losses, full)).toBeGreaterThan(0) // it did round
    expect(scale).toBe(65_536)
    const { graph, types } = lowered.at(-1)!
    const products = graph.nodes.filter(n => ['Gemm', 'MatMul', 'Conv', 'ConvTranspose'].includes(n.op))
    expect(products.length).toBeGreaterThan(7)
    for (const n of products) expect(types.get(n.inputs[0]!)!.type, n.name).toBe('float16')
    for (const v of [...graph.inputs, ...graph.outputs]) expect(v.type).not.toBe('float16')
  })

  it('loses gradients below 6e-8, which a loss scale keeps', async () => {
    const options = { small: 1e-9, steps: 15 }
    const full = (await train(onnx({ threads: 1 }), options)).losses
    const lost = (await train(halfOnProcessor, options)).losses
    const kept = await train(halfOnProcessor, { ...options, lossScale: { start: 2 ** 30 } })
    expect(apart(kept.losses, full)).toBeLessThan(0.02)
    expect(apart(lost, full)).toBeGreaterThan(0.1)
  })

  it('comes down from a scale that overflows', async () => {
    const { losses, scale } = await train(halfOnProcessor, { lossScale: { start: 2 ** 40 }, steps: 60 })
    expect(scale).toBeLessThan(2 ** 30)
    expect(losses.every(Number.isFinite)).toBe(true)
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!)
  })

  it('is refused by name where processors would compute it', async () => {
    const message = await train(onnx({ providers: ['cpu'], precision: 'float16' })).catch(String)
    expect(message).toMatch(/can be had here with float16\.\n +cpu: processors compute float16 by way of float32.*\n +Leave precision/)
  })
})
