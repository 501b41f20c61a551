import { PortolanError } from '@portolan/core'
import { allocate, size, type Graph, type Node, type OpName, type Shape, type Table, type Value } from '@portolan/core/engine'
import type { Blocked } from './blocked/layout.ts'
import { splits } from './splits.ts'
import { elementTypes, type Attribute, type ElementType, type OnnxGraph, type OnnxNode, type OnnxTensor } from '../model/onnx-model.ts'

/** A name in an ONNX graph, and what stands there. */
export interface Ref {
  readonly name: string
  readonly shape: Shape
  readonly type: ElementType
  /** The same integers, before they were cast down from int64. */
  readonly wide?: Ref
  /** A product or a convolution made it, perhaps ReLU then: no number is infinite while a training goes well. */
  readonly finite?: boolean | undefined
  /** The same numbers in blocked layout. */
  readonly blocked?: Blocked
  /** For indices of a pooling: what it pooled, so that the indices themselves may never be needed. */
  readonly pooled?: { x: Ref; y: Ref }
  /** For a mask: the numbers of which it says whether they are above 0. */
  readonly above?: Ref
  /** For a mean of each channel: what it is of, and that without it. */
  readonly centred?: { of: Ref; is: Blocked }
}

/** Ways to write ops in ONNX nodes; one that gives undefined declines, and the next set of rules is asked. */
export type Rules = { readonly [K in OpName]?: (...args: Parameters<Table<Ref, Builder>[K]>) => Ref | Ref[] | undefined }
type AnyRules = { readonly [K in OpName]?: (x: readonly Ref[], attrs: unknown, b: Builder) => Ref | Ref[] | undefined }

export interface LowerOptions {
  /** In the order in which they are asked; the last has every op. */
  rules: readonly Rules[]
  /** Version of the standard ops that may be used. */
  opset: number
}

/** Writes ONNX nodes. What a lowering function is given. */
export class Builder {
  readonly nodes: OnnxNode[] = []
  /** Names whose nodes are written when they are first used. */
  readonly #lazy = new Map<string, () => void>()
  #uses = new Map<Value, number>()
  #node: Node | undefined
  /** What the present op gives. */
  out: readonly Ref[] = []

  constructor(
    readonly options: LowerOptions,
    readonly initializers: OnnxTensor[] = [],
    readonly names = { next: 0 },
    /** Which op a node was written for. */
    readonly sources = new Map<string, Node>(),
    /** What every name stands for. */
    readonly values = new Map<string, Pick<Ref, 'shape' | 'type'>>(),
    /** What was written as a constant, by what it is. */
    readonly constants = new Map<string, Ref>(),
  ) {}

  /** A node with one output; like the first output of the op unless said otherwise. */
  node(
    op: string,
    inputs: readonly Ref[],
    attrs: Record<string, Attribute> = {},
    as: Partial<Pick<Ref, 'shape' | 'type'>> = {},
    domain = '',
  ): Ref {
    return this.many(op, inputs, attrs, [{ ...this.out[0]!, ...as }], domain)[0]!
  }
  /** A node with several outputs. */
  many(
    op: string,
    inputs: readonly Ref[],
    attrs: Record<string, Attribute>,
    outs: readonly Pick<Ref, 'shape' | 'type'>[],
    domain = '',
  ): Ref[] {
    const outputs = outs.map(({ shape, type }) => this.#ref('v', shape, type))
    this.#push(
      op,
      inputs,
      outputs.map(o => o.name),
      attrs,
      domain,
    )
    return outputs
  }
  /** A node for an output that has its name already. */
  define(output: string, op: string, inputs: readonly Ref[], attrs: Record<string, Attribute> = {}, domain = ''): void {
    this.#push(op, inputs, [output], attrs, domain)
  }
  #push(op: string, inputs: readonly Ref[], outputs: string[], attrs: Record<string, Attribute>, domain: string): void {
    for (const r of inputs) this.force(r)
    const name = this.#name(`${this.#node?.op ?? ''}_`)
    if (this.#node) this.sources.set(name, this.#node)
    this.nodes.push({ op, domain, name, inputs: inputs.map(r => r.name), outputs, attrs })
  }

  /** Whether the present op is part of a gradient, not of what was asked for. */
  get gradient(): boolean {
    return this.#node?.outputs[0]!.source?.gradient === true
  }
  /** Whether anybody uses output i of the present op. */
  uses(i: number): boolean {
    return this.#uses.has(this.#node!.outputs[i]!)
  }
  /** Whether nobody but the present op uses its input i. */
  sole(i: number): boolean {
    return this.#uses.get(this.#node!.inputs[i]!) === 1
  }

  /** A name that is given its nodes when it is first used. */
  lazy(shape: Shape, type: ElementType, write: (name: string) => void): Ref {
    const ref = this.#ref('v', shape, type)
    const node = this.#node
    this.#lazy.set(ref.name, () => {
      const [now, out] = [this.#node, this.out]
      this.#node = node
      write(ref.name)
      this.#node = now
      this.out = out
    })
    return ref
  }
  isLazy(r: Ref): boolean {
    return this.#lazy.has(r.name)
  }
  force(r: Ref): void {
    const write = this.#lazy.get(r.name)
    this.#lazy.delete(r.name)
    write?.()
  }

  constant(type: ElementType, shape: Shape, data: OnnxTensor['data']): Ref {
    const text = (v: number | bigint): string => (Object.is(v, -0) ? '-0' : String(v))
    const one = (data as Float32Array).every(v => Object.is(v, data[0]))
    const numbers = one ? `all ${text(data[0]!)}` : data.length <= 64 ? Array.from<number | bigint, string>(data, text).join() : undefined
    const key = numbers && `${type}[${shape}]${numbers}`
    const known = key && this.constants.get(key)
    if (known) return known
    const ref = this.#ref('c', shape, type)
    this.initializers.push({ ...ref, data })
    if (key) this.constants.set(key, ref)
    return ref
  }
  i64(values: readonly number[], shape: Shape = [values.length]): Ref {
    return this.constant('int64', shape, BigInt64Array.from(values, BigInt))
  }
  f32(value: number): Ref {
    return this.constant('float32', [], Float32Array.of(value))
  }
  cast(x: Ref, type: ElementType): Ref {
    if (type === 'int64' && x.wide) return x.wide
    return x.type === type
      ? x
      : { ...this.node('Cast', [x], { to: elementTypes[type] }, { shape: x.shape, type }), ...(x.type === 'int64' && { wide: x }) }
  }
  reshape(x: Ref, shape: Shape): Ref {
    const zeros = shape.includes(0) ? { allowzero: 1 } : {}
    return { ...this.node('Reshape', [x, this.i64(shape)], zeros, { shape, type: x.type }), finite: x.finite }
  }
  transpose(x: Ref, perm: readonly number[]): Ref {
    return perm.every((p, i) => p === i)
      ? x
      : this.node('Transpose', [x], { perm: [...perm] }, { shape: perm.map(p => x.shape[p]!), type: x.type })
  }
  /** Along the named axes only, every step-th number. */
  slice(
    x: Ref,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps: readonly number[] = axes.map(() => 1),
  ): Ref {
    const at = new Map(axes.map((a, i) => [a, Math.ceil((ends[i]! - starts[i]!) / steps[i]!)]))
    const inputs = [x, this.i64(starts), this.i64(ends), this.i64(axes), ...(steps.some(s => s !== 1) ? [this.i64(steps)] : [])]
    return this.node('Slice', inputs, {}, { shape: x.shape.map((d, i) => at.get(i) ?? d), type: x.type })
  }

  /** Lowers a graph; `bound` are values that already have a place. */
  graph(graph: Graph, bound: ReadonlyMap<Value, Ref>, name: string): OnnxGraph {
    this.#uses = new Map()
    for (const v of [...graph.nodes.flatMap(n => n.inputs), ...graph.outputs]) this.#uses.set(v, (this.#uses.get(v) ?? 0) + 1)
    const refs = new Map<Value, Ref>(bound)
    const inputs = graph.inputs
      .filter(v => !bound.has(v))
      .map(v => {
        const ref = this.#ref('in', v.shape, v.dtype)
        refs.set(v, ref)
        return ref
      })
    const cuts = splits(graph)
    for (const node of graph.nodes) {
      if (refs.has(node.outputs[0]!)) continue // a part of a split
      this.#node = node
      const split = cuts.get(node)
      const whole = refs.get(node.inputs[0]!)
      if (split && whole && !whole.blocked) {
        const parts = split.slices.map(n => n.outputs[0]!)
        const sizes = this.i64(parts.map(v => v.shape[split.axis]!))
        const outs = parts.map(v => ({ shape: v.shape, type: v.dtype }))
        this.many('Split', [whole, sizes], { axis: split.axis }, outs).forEach((r, i) => refs.set(parts[i]!, r))
        continue
      }
      this.out = node.outputs.map(v => ({ name: '', shape: v.shape, type: v.dtype }))
      const made = this.#lower(
        node,
        node.inputs.map(v => refs.get(v)!),
      )
      node.outputs.forEach((v, i) => refs.set(v, made[i]!))
    }
    this.#node = undefined
    // every output needs a name of its own, made in this graph
    for (const v of graph.outputs) this.force(refs.get(v)!)
    const local = new Set(this.nodes.flatMap(n => n.outputs))
    const outputs = graph.outputs.map(v => {
      const ref = refs.get(v)!
      return local.delete(ref.name) ? ref : this.node('Identity', [ref], {}, { shape: ref.shape, type: ref.type })
    })
    return { name, nodes: this.nodes, initializers: this.initializers, inputs: [...inputs], outputs }
  }

  #lower(node: Node, inputs: readonly Ref[]): Ref[] {
    // what comes out without numbers is not computed: onnxruntime gives other shapes, or stops the process
    if (this.out.every(r => elements(r) === 0)) return node.outputs.map(v => this.constant(v.dtype, v.shape, allocate(v.dtype, 0)))
    for (const rules of this.options.rules as readonly AnyRules[]) {
      const made = rules[node.op]?.(inputs, node.attrs, this)
      if (made) return [made].flat()
    }
    throw new PortolanError(`no rule lowers the op ${node.op}`)
  }

  /** A builder for the body of a control op: constants stand outside. */
  child(): Builder {
    return new Builder(this.options, this.initializers, this.names, this.sources, this.values, this.constants)
  }

  #ref(prefix: string, shape: Shape, type: ElementType): Ref {
    const name = this.#name(prefix)
    this.values.set(name, { shape, type })
    return { name, shape, type }
  }
  #name(prefix: string): string {
    return `${prefix}${this.names.next++}`
  }
}

export const elements = (r: Ref): number => size(r.shape)
