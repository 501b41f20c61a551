import { RunError, type Engine, type Program } from '@portolan/core'
import { HostStorage, sourceOf, Storage, type Graph, type Spec, type TypedArray } from '@portolan/core/engine'
import { blocked } from '../lower/blocked/index.ts'
import { Builder, type Rules } from '../lower/builder.ts'
import { cpu } from '../lower/cpu.ts'
import { portable } from '../lower/portable/index.ts'
import { encode } from '../model/encode.ts'
import { fuseAddition } from '../pass/fuse-addition.ts'
import { blockSize } from './probe.ts'
import { runtime, type Ort } from './runtime.ts'

/** What was made of a graph, for those who look after speed. */
export interface CompileInfo {
  /** Ops of the graph and nodes of the ONNX graph. */
  readonly ops: number
  readonly nodes: number
  /** Size of the ONNX model. */
  readonly bytes: Uint8Array
  /** Channels that stand together, when convolutions run in the blocked layout. */
  readonly block: number | undefined
  /** What each ONNX node was written for: an op and the line that asked for it. */
  source(node: string): { op: string; line: string } | undefined
}

export interface OnnxOptions {
  /** How many threads compute one op; default 2. */
  threads?: number
  /** 'portable' uses standard ops only; 'auto', the default, also what onnxruntime's CPU provider has of its own. */
  lowering?: 'auto' | 'portable'
  /** Told of every program made. */
  onCompile?: (info: CompileInfo) => void
  /** Beginning of file names: what every node takes is written there, as a Chrome trace, when a program is disposed of. Node only. */
  profile?: string
}

/** Opset of training graphs: what the onnxruntime at hand has. */
const opset = 21

/**
 * Runs a whole step as one ONNX graph in onnxruntime: forward, loss, backward and optimizer together, its state kept
 * where it computes.
 * @example
 * const trainer = new Trainer({ step, engine: onnx() })
 */
export function onnx({ threads = 2, lowering = 'auto', onCompile, profile }: OnnxOptions = {}): Engine {
  return {
    name: 'onnx',
    async compile(given: Graph): Promise<Program> {
      const ort = await runtime()
      const block = lowering === 'auto' ? await blockSize() : undefined
      const rules: Rules[] = lowering === 'auto' ? [...(block ? [blocked(block)] : []), cpu, portable] : [portable]
      const graph = fuseAddition(given)
      const builder = new Builder({ rules, opset })
      const model = builder.graph(graph, new Map(), 'step')
      const bytes = encode(model, { opset })
      const source = (name: string) => {
        const node = builder.sources.get(name)
        return node && { op: node.op, line: sourceOf(node) }
      }
      const explain = (error: unknown): never => {
        const text = String(error)
        const name = /node[^']*'([^']+)'|Name:'([^']+)'|name: ?(\S+)/i.exec(text)?.slice(1).find(Boolean)
        const at = name === undefined ? undefined : source(name)
        throw new RunError(`onnx: ${text}${at ? `\n    op ${at.op} ${at.line}` : ''}`, { cause: error })
      }
      const options: Ort.InferenceSession.SessionOptions = {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        // it would pull the reshape that a barrier is into the next one, or fail at it
        ...([...builder.sources.values()].some(n => n.op === 'barrier') && {
          extra: { optimization: { disable_specified_optimizers: 'ReshapeFusion' } },
        }),
        ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
      }
      const session = await ort.InferenceSession.create(bytes, options).catch(explain)
      onCompile?.({ ops: graph.nodes.length, nodes: model.nodes.length, bytes, block, source })
      return {
        async run(inputs) {
          const feeds: Record<string, Ort.Tensor> = {}
          for (const [i, { name }] of model.inputs.entries()) {
            const tensor = onOrt(ort, graph.inputs[i]!, inputs[i]!)
            feeds[name] = tensor instanceof Promise ? await tensor : tensor
          }
          const results = await session.run(feeds).catch(explain)
          return model.outputs.map(({ name }) => new OrtStorage(results[name]!))
        },
        async dispose() {
          if (profile !== undefined) session.endProfiling()
          await session.release()
        },
      }
    },
  }
}

/** What onnxruntime gave: on its device until somebody reads it. */
class OrtStorage extends Storage {
  constructor(readonly tensor: Ort.Tensor) {
    super()
  }
  override async read(): Promise<TypedArray> {
    return (await this.tensor.getData()) as TypedArray
  }
  override readSync(): TypedArray {
    return this.tensor.data as TypedArray // onnxruntime throws where the tensor is not in memory
  }
  override dispose(): void {
    this.tensor.dispose()
  }
}

/** Host numbers are wrapped once. */
const wrapped = new WeakMap<Storage, Ort.Tensor>()

/** The tensor of a storage, at once unless another engine must be asked for its numbers. */
function onOrt(ort: typeof Ort, { dtype, shape }: Spec, storage: Storage): Ort.Tensor | Promise<Ort.Tensor> {
  if (storage instanceof OrtStorage) return storage.tensor
  const known = wrapped.get(storage)
  if (known) return known
  const wrap = (data: TypedArray): Ort.Tensor => {
    const tensor = new ort.Tensor(dtype, data as never, [...shape])
    wrapped.set(storage, tensor)
    return tensor
  }
  return storage instanceof HostStorage ? wrap(storage.data) : storage.read().then(wrap)
}
