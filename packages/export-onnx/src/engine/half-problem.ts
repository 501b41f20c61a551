import { HostStorage } from '@portolan/core/engine'
import { encode } from '../model/encode.ts'
import type { OnnxGraph, OnnxNode } from '../model/onnx-model.ts'
import { elementTypes } from '../model/onnx-model.ts'
import { onProcessor, reasonOf } from './provider.ts'
import type { Host } from './session.ts'

const asked = new WeakMap<Host, Promise<string | undefined>>()

/** Why a host does not compute in float16; undefined where it does. */
export function halfProblem(host: Host): Promise<string | undefined> {
  const known = asked.get(host) ?? (onProcessor(host.provider) ? Promise.resolve(onlyWider) : attempt(host))
  asked.set(host, known)
  return known
}

const onlyWider = 'processors compute float16 by way of float32, which takes longer than float32 alone'

/** Multiplies a matrix by itself in float16, and looks at what comes out. */
async function attempt(host: Host): Promise<string | undefined> {
  const value = (name: string, type: 'float32' | 'float16') => ({ name, type, shape: [2, 2] })
  const node = (op: string, inputs: string[], output: string, attrs: OnnxNode['attrs'] = {}): OnnxNode => ({
    op,
    domain: '',
    name: output,
    inputs,
    outputs: [output],
    attrs,
  })
  const graph: OnnxGraph = {
    name: 'half',
    nodes: [
      node('Cast', ['x'], 'narrow', { to: elementTypes.float16 }),
      node('MatMul', ['narrow', 'narrow'], 'product'),
      node('Cast', ['product'], 'y', { to: elementTypes.float32 }),
    ],
    initializers: [],
    inputs: [value('x', 'float32')],
    outputs: [value('y', 'float32')],
  }
  try {
    const session = await host.create({
      bytes: encode(graph, { opset: 17 }),
      inputs: [{ name: 'x', shape: [2, 2], dtype: 'float32' }],
      outputs: ['y'],
      options: { logSeverityLevel: 4, graphOptimizationLevel: 'disabled', extra: { session: { disable_cpu_ep_fallback: '1' } } },
    })
    const [y] = await session.run([new HostStorage(Float32Array.of(1, 2, 3, 4))])
    const numbers = await y!.read()
    await session.release()
    return String(Array.from(numbers)) === '7,10,15,22' ? undefined : `its float16 is wrong: ${numbers.join(', ')} for 7, 10, 15, 22`
  } catch (error) {
    return `it has no float16 (${reasonOf(error)})`
  }
}
