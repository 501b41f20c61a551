import { ready, type Engine } from '@portolan/core'
import { HostStorage, optimize } from '@portolan/core/engine'
import { checkSame } from '@portolan/test-kit'
import * as ort from 'onnxruntime-node'
import { beforeAll, describe, expect, it } from 'vitest'
import { Builder } from '../../packages/export-onnx/src/lower/builder.ts'
import { portable } from '../../packages/export-onnx/src/lower/portable/index.ts'
import { encode } from '../../packages/export-onnx/src/model/encode.ts'
import { families } from './families.ts'

/** The portable lowering as files are written by default, run by onnxruntime as it stands. */
const exported: Engine = {
  name: 'opset 17',
  async compile(graph) {
    const model = new Builder({ rules: [portable], opset: 17 }).graph(optimize(graph), new Map(), 'model')
    const session = await ort.InferenceSession.create(encode(model, { opset: 17 }), {
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 3,
      intraOpNumThreads: 1,
    })
    return {
      async run(inputs) {
        const feeds = model.inputs.map(({ name }, i) => [
          name,
          new ort.Tensor(graph.inputs[i]!.dtype, inputs[i]!.readSync() as never, [...graph.inputs[i]!.shape]),
        ])
        const results = await session.run(Object.fromEntries(feeds))
        return model.outputs.map(({ name }) => new HostStorage(results[name]!.data as Float32Array))
      },
      dispose: () => session.release(),
    }
  },
}

describe('eager = the portable lowering in opset 17, without the optimizer of onnxruntime', () => {
  beforeAll(async () => expect(await ready()).toBe('wasm'))
  for (const cases of Object.values(families))
    for (const [name, { f, x }] of Object.entries(cases)) it(name, () => checkSame({ [name]: f }, x, { exported }))
})
