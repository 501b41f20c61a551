import type { ScanAttrs } from '../../ops/control.ts'
import type { Spec } from '../../tensor/spec.ts'
import { Value, type Node } from '../graph.ts'

/** A carried number, and what is added to it at each step: as a value from outside, or as a constant of the body. */
interface Counter {
  readonly at: number
  readonly outside: Value | undefined
  readonly constant: number | undefined
}

/**
 * A number that grows by the same at each step is known for all steps before the loop begins: it is no longer carried, but given to
 * each step. The sums are made one after the other, so that their bits are those of the loop.
 */
export function withoutCounters(scan: Node): { before: Node[]; scan: Node; after: Node[] } {
  const { body, carries, xs, length, reverse } = scan.attrs as ScanAttrs
  const found = reverse ? [] : counters(scan)
  const before: Node[] = []
  const after: Node[] = []
  const write = (
    nodes: Node[],
    op: Node['op'],
    inputs: Value[],
    attrs: object,
    { shape, dtype }: Spec,
    out = new Value({ shape, dtype }),
  ) => {
    nodes.push({ op, inputs, attrs, outputs: [out] } as Node)
    return out
  }
  const given = found.map(({ at, outside, constant }) => {
    const { dtype } = body.inputs[at]!
    const number = { shape: [], dtype }
    const by = outside ?? write(before, 'full', [], { shape: [], value: constant!, dtype }, number)
    const parts = [write(before, 'reshape', [scan.inputs[at]!], { shape: [1] }, { shape: [1], dtype })]
    if (length > 1) parts.push(write(before, 'broadcastTo', [by], { shape: [length - 1] }, { shape: [length - 1], dtype }))
    const all = { shape: [length], dtype }
    const joined = write(before, 'concat', parts, { axis: 0 }, all)
    const values = write(before, 'cumsum', [joined], { axis: 0, exclusive: false, reverse: false }, all)
    const last = write(after, 'slice', [values], { starts: [length - 1], ends: [length] }, { shape: [1], dtype })
    write(after, 'add', [write(after, 'reshape', [last], { shape: [] }, number), by], {}, number, scan.outputs[at]!)
    return values
  })
  const gone = new Set(found.map(c => c.at))
  const stays = (_: unknown, i: number): boolean => !gone.has(i)
  /** Counters stand behind the other inputs of a step. */
  const arranged = (values: readonly Value[], counted: readonly Value[]): Value[] => [
    ...values.slice(0, carries).filter(stays),
    ...values.slice(carries, carries + xs),
    ...counted,
    ...values.slice(carries + xs),
  ]
  const attrs: ScanAttrs = {
    ...(scan.attrs as ScanAttrs),
    carries: carries - gone.size,
    xs: xs + gone.size,
    body: {
      ...body,
      inputs: arranged(
        body.inputs,
        found.map(c => body.inputs[c.at]!),
      ),
      outputs: body.outputs.filter(stays),
    },
  }
  return { before, after, scan: { ...scan, inputs: arranged(scan.inputs, given), attrs, outputs: scan.outputs.filter(stays) } as Node }
}

function counters({ attrs, inputs }: Node): Counter[] {
  const { body, carries, xs } = attrs as ScanAttrs
  const maker = new Map(body.nodes.map(n => [n.outputs[0]!, n]))
  return body.inputs.slice(0, carries).flatMap((carried, at): Counter[] => {
    const sum = maker.get(body.outputs[at]!)
    if (carried.shape.length || sum?.op !== 'add' || !sum.inputs.includes(carried)) return []
    const by = sum.inputs[1 - sum.inputs.indexOf(carried)]!
    const made = maker.get(by)
    if (made?.op === 'full' && !by.shape.length) return [{ at, outside: undefined, constant: made.attrs.value }]
    const from = body.inputs.indexOf(by)
    return from >= carries + xs && !by.shape.length ? [{ at, outside: inputs[from]!, constant: undefined }] : []
  })
}
