import { expect, it } from 'vitest'
import { threadsFor } from './threads.ts'
import type { OnnxGraph, OnnxNode } from '../model/onnx-model.ts'

const node = (op: string, inputs: string[], output: string, attrs: OnnxNode['attrs'] = {}): OnnxNode => {
  return { op, domain: '', name: output, inputs, outputs: [output], attrs }
}
const graphOf = (nodes: OnnxNode[]): OnnxGraph => ({ name: 'g', nodes, initializers: [], inputs: [], outputs: [] })

it('a graph of small ops has one thread, one of large products or convolutions all', () => {
  const shapes: Record<string, number[]> = { a: [128, 128], b: [128, 128], x: [4, 16, 8, 8], w: [16, 16, 3, 3], y: [4, 16, 8, 8] }
  const threads = (...nodes: OnnxNode[]): number => threadsFor(graphOf(nodes), name => shapes[name], 4)
  const sums = (n: number): OnnxNode[] => Array.from({ length: n }, () => node('Add', ['a', 'b'], 'a'))
  const product = node('MatMul', ['a', 'b'], 'a') // 2,097,152 multiplications
  expect(threads(...sums(3))).toBe(1)
  expect(threads(product)).toBe(4)
  expect(threads(product, ...sums(100))).toBe(1)
  expect(threads(node('Conv', ['x', 'w'], 'y'), node('Relu', ['y'], 'y'))).toBe(4) // 589,824
  expect(threads(node('Loop', [], 'a', { body: { graph: graphOf([product]) } }))).toBe(4)
})
