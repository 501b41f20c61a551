import { encode } from '../model/encode.ts'
import type { OnnxGraph } from '../model/onnx-model.ts'
import { platform } from './platform.ts'
import type { Provider } from './provider.ts'

let probing: Promise<number | undefined> | undefined

/**
 * How many channels stand together in onnxruntime's blocked layout on this processor; undefined where it has none.
 * A convolution computed with the wrong number gives wrong results without a word, so the layout itself is asked.
 */
export const blockSize = async (provider: Provider): Promise<number | undefined> =>
  provider === 'cpu' ? (probing ??= probe().catch(() => undefined)) : undefined // onnxruntime-web is built without it

async function probe(): Promise<number | undefined> {
  const channels = 32
  const value = (name: string) => ({ name, type: 'float32' as const, shape: [1, channels, 1, 2] })
  const graph: OnnxGraph = {
    name: 'probe',
    nodes: [{ op: 'ReorderInput', domain: 'com.microsoft.nchwc', name: 'reorder', inputs: ['x'], outputs: ['y'], attrs: {} }],
    initializers: [],
    inputs: [value('x')],
    outputs: [value('y')],
  }
  const ort = await platform().load('cpu', { threads: 1, named: true })
  const session = await ort.InferenceSession.create(encode(graph, { opset: 17 }), { logSeverityLevel: 4 })
  // both pixels of channel c hold c: what follows 0, 1, 2 … without a repeat is one block
  const x = new ort.Tensor(
    'float32',
    Float32Array.from({ length: 2 * channels }, (_, i) => i >> 1),
    [1, channels, 1, 2],
  )
  const y = (await session.run({ x })).y!.data as Float32Array
  await session.release()
  let block = 1
  while (block < channels && y[block] === block) block++
  return block > 1 && channels % block === 0 ? block : undefined
}
