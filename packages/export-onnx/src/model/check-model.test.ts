import { FormatError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { checkModel } from './check-model.ts'
import { encode } from './encode.ts'
import type { OnnxGraph } from './onnx-model.ts'

const graph = (over: Partial<OnnxGraph> = {}): OnnxGraph => ({
  name: 'g',
  nodes: [{ op: 'Add', domain: '', name: 'n', inputs: ['x', 'w'], outputs: ['y'], attrs: { axes: [1, -1], alpha: { float: 2 } } }],
  initializers: [{ name: 'w', type: 'float32', shape: [2], data: Float32Array.of(1, 2) }],
  inputs: [{ name: 'x', type: 'float32', shape: ['n', 2] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['n', 2] }],
  ...over,
})
const bytes = (g = graph()): Uint8Array => encode(g, { opset: 17 })
const refusal = (b: Uint8Array, external = false): FormatError => {
  try {
    checkModel(b, { label: 'm.onnx', external })
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
/** A length-delimited field, by hand: tag, length, content. */
const field = (n: number, ...content: (number | Uint8Array)[]): Uint8Array => {
  const inner = Buffer.concat(content.map(c => (typeof c === 'number' ? Uint8Array.of(c) : c)))
  const length = inner.length < 128 ? [inner.length] : [(inner.length & 127) | 128, inner.length >> 7]
  return Buffer.concat([Uint8Array.of((n << 3) | 2, ...length), inner])
}
const text = (s: string): Uint8Array => new TextEncoder().encode(s)

describe('checkModel', () => {
  it('lets through what we write', () => {
    expect(() => checkModel(bytes(), { label: 'm.onnx' })).not.toThrow()
    const body = graph({ initializers: [] })
    const nested = graph({ nodes: [{ op: 'Scan', domain: '', name: 's', inputs: [], outputs: [], attrs: { body: { graph: body } } }] })
    expect(() => checkModel(bytes(nested), { label: 'm.onnx' })).not.toThrow()
  })
  it('refuses every cut, with the place', () => {
    const whole = bytes()
    const fine: number[] = []
    const others: unknown[] = []
    for (let n = 0; n < whole.length; n++) {
      try {
        checkModel(whole.slice(0, n), { label: 'm.onnx' })
        fine.push(n)
      } catch (error) {
        if (!(error instanceof FormatError && error.file === 'm.onnx' && error.offset! <= n)) others.push(error)
      }
    }
    expect(others).toEqual([])
    expect(fine.length).toBeLessThan(10) // between two fields of the outermost message it may end
  })
  it('refuses tensors that say they are larger than their numbers', () => {
    const lying = bytes(graph({ initializers: [{ name: 'w', type: 'float32', shape: [2 ** 20, 2 ** 20], data: Float32Array.of(1, 2) }] }))
    expect(refusal(lying).message).toMatch(/a tensor \[1048576,1048576\] needs 4398046511104 bytes, got 8 \(byte \d+\)/)
    const endless = field(7, field(5, field(1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)))
    expect(refusal(endless).message).toMatch(/at most 32 axes and 2\^48 numbers/)
    const untyped = field(7, field(5, field(1, 2), Uint8Array.of(0x10, 99)))
    expect(refusal(untyped).message).toMatch(/of a type that ONNX has, got 99/)
    const sparse = field(7, field(15, field(3, 0xff, 0xff, 0xff, 0xff, 0x0f)))
    expect(refusal(sparse).message).toMatch(/a sparse tensor must have at most 268435456 numbers/)
  })
  it('refuses graphs in graphs in graphs', () => {
    let g: Uint8Array = new Uint8Array()
    for (let i = 0; i < 40; i++) g = field(1, field(5, field(6, g)))
    expect(refusal(field(7, g)).message).toMatch(/messages nest deeper than 64/)
  })
  it('lets weights in other files stay in the folder, and only where the model is a file', () => {
    const elsewhere = (path: string): Uint8Array =>
      field(7, field(5, field(1, 4), Uint8Array.of(0x10, 1, 0x70, 1), field(13, field(1, text('location')), field(2, text(path)))))
    expect(() => checkModel(elsewhere('weights.bin'), { label: 'm.onnx', external: true })).not.toThrow()
    expect(refusal(elsewhere('weights.bin')).message).toMatch(/can only be read beside a model that is a file itself/)
    for (const path of ['../secret', '/etc/passwd', 'a/../../b', 'C:\\x', '\\\\host\\x', ''])
      expect(refusal(elsewhere(path), true).message).toMatch(/weights must stand in the model's own folder, got "/)
  })
})
