import type { Ort } from './platform.ts'
import { encode } from '../model/encode.ts'
import type { ElementType, OnnxGraph } from '../model/onnx-model.ts'

/** A session that gives what it is given: the way for numbers to and from a device. */
export type Identity = (tensor: Ort.Tensor) => Promise<Ort.Tensor>

/** Made once for each kind of tensor. */
export function identities(ort: typeof Ort, options: Ort.InferenceSession.SessionOptions): Identity {
  const made = new Map<string, Promise<Ort.InferenceSession>>()
  return async x => {
    const type = x.type as ElementType
    const key = `${type} ${x.dims.length}`
    const session = made.get(key) ?? ort.InferenceSession.create(identityModel(type, x.dims.length), { logSeverityLevel: 4, ...options })
    made.set(key, session)
    return (await (await session).run({ x })).y!
  }
}

/** What it gives is what it is given. */
export function identityModel(type: ElementType, rank: number): Uint8Array {
  const shape = Array.from({ length: rank }, (_, i) => `d${i}`)
  const graph: OnnxGraph = {
    name: 'identity',
    nodes: [{ op: 'Identity', domain: '', name: 'identity', inputs: ['x'], outputs: ['y'], attrs: {} }],
    initializers: [],
    inputs: [{ name: 'x', type, shape }],
    outputs: [{ name: 'y', type, shape }],
  }
  return encode(graph, { opset: 17 })
}
