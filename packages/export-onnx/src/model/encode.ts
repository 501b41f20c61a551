import protobuf from 'protobufjs/minimal.js'
import { elementTypes, type Attribute, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValue } from './onnx-model.ts'

type Writer = protobuf.Writer

/** Tags of the two kinds of fields that ONNX messages are made of, and of its floats. */
const varint = (w: Writer, field: number, value: number): Writer => w.uint32(field << 3).int64(value)
const text = (w: Writer, field: number, value: string): Writer => w.uint32((field << 3) | 2).string(value)
const message = (w: Writer, field: number, write: (w: Writer) => void): Writer => {
  w.uint32((field << 3) | 2).fork()
  write(w)
  return w.ldelim()
}

// Field numbers below are those of the messages in the ONNX format (onnx.proto).

function tensor(w: Writer, { name, type, shape, data }: OnnxTensor): void {
  for (const d of shape) varint(w, 1, d)
  varint(w, 2, elementTypes[type])
  text(w, 8, name)
  w.uint32((9 << 3) | 2).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function value(w: Writer, { name, type, shape }: OnnxValue): void {
  text(w, 1, name)
  message(w, 2, w =>
    message(w, 1, w => {
      varint(w, 1, elementTypes[type])
      message(w, 2, w => {
        for (const d of shape) message(w, 1, w => void (typeof d === 'number' ? varint(w, 1, d) : text(w, 2, d)))
      })
    }),
  )
}

function attribute(w: Writer, name: string, a: Attribute): void {
  text(w, 1, name)
  if (typeof a === 'number') varint(varint(w, 3, a), 20, 2)
  else if (typeof a === 'string') varint(text(w, 4, a), 20, 3)
  else if ('float' in a) varint(w.uint32((2 << 3) | 5).float(a.float), 20, 1)
  else if ('floats' in a) {
    for (const x of a.floats) w.uint32((7 << 3) | 5).float(x)
    varint(w, 20, 6)
  } else if ('graph' in a)
    varint(
      message(w, 6, w => graph(w, a.graph)),
      20,
      5,
    )
  else {
    for (const x of a) varint(w, 8, x)
    varint(w, 20, 7)
  }
}

function node(w: Writer, n: OnnxNode): void {
  for (const i of n.inputs) text(w, 1, i)
  for (const o of n.outputs) text(w, 2, o)
  text(text(w, 3, n.name), 4, n.op)
  for (const [k, a] of Object.entries(n.attrs)) message(w, 5, w => attribute(w, k, a))
  if (n.domain) text(w, 7, n.domain)
}

function graph(w: Writer, g: OnnxGraph): void {
  for (const n of g.nodes) message(w, 1, w => node(w, n))
  text(w, 2, g.name)
  for (const t of g.initializers) message(w, 5, w => tensor(w, t))
  for (const v of g.inputs) message(w, 11, w => value(w, v))
  for (const v of g.outputs) message(w, 12, w => value(w, v))
}

/** Options of `encode`. */
export interface EncodeOptions {
  /** Version of the standard ops. */
  opset: number
  /** Kept in the file beside the graph. */
  metadata?: Readonly<Record<string, string>>
}

const domains = (g: OnnxGraph): Set<string> =>
  new Set(
    g.nodes.flatMap(n => [
      n.domain,
      ...Object.values(n.attrs).flatMap(a => (typeof a === 'object' && 'graph' in a ? [...domains(a.graph)] : [])),
    ]),
  )

/** The bytes of an .onnx file. */
export function encode(g: OnnxGraph, { opset, metadata = {} }: EncodeOptions): Uint8Array {
  const w = protobuf.Writer.create()
  varint(w, 1, opset <= 17 ? 8 : 10) // the version of the format that came with the ops
  text(w, 2, 'portolan')
  message(w, 7, w => graph(w, g))
  for (const domain of domains(g).add('')) message(w, 8, w => void varint(text(w, 1, domain), 2, domain ? 1 : opset))
  for (const [k, v] of Object.entries(metadata)) message(w, 14, w => void text(text(w, 1, k), 2, v))
  return w.finish()
}
