import { RunError, type Engine, type Program } from '@portolan/core'
import { sourceOf, type Graph, type Storage } from '@portolan/core/engine'
import { blocked } from '../lower/blocked.ts'
import { Builder, type Rules } from '../lower/builder.ts'
import { cpu } from '../lower/cpu.ts'
import { portable } from '../lower/portable/index.ts'
import { encode } from '../model/encode.ts'
import { fuseAddition } from '../pass/fuse-addition.ts'
import { packState } from '../pass/pack-state.ts'
import { blockSize } from './probe.ts'
import { runtime, type Ort } from './runtime.ts'
import { storagesOf, tensorOf } from './storage.ts'

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
  /**
   * Which processors the threads but the first may use: `'2'`, or `'2;3'` for three threads, counted from 1, in the words of
   * onnxruntime's `session.intra_op_thread_affinities`. Default: where the system puts them.
   */
  affinity?: string
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
export function onnx({ threads = 2, lowering = 'auto', affinity, onCompile, profile }: OnnxOptions = {}): Engine {
  return {
    name: 'onnx',
    async compile(given: Graph): Promise<Program> {
      const ort = await runtime()
      const block = lowering === 'auto' ? await blockSize() : undefined
      const rules: Rules[] = lowering === 'auto' ? [...(block ? [blocked(block)] : []), cpu, portable] : [portable]
      const { graph, inputs, outputs } = packState(fuseAddition(given))
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
        extra: {
          session: {
            // numbers below 1e-38, where a processor is tens of times slower: a gradient that is almost gone
            set_denormal_as_zero: '1',
            ...(affinity !== undefined && threads > 1 && { intra_op_thread_affinities: affinity }),
          },
          // it would pull the reshape that a barrier is into the next one, or fail at it
          ...([...builder.sources.values()].some(n => n.op === 'barrier') && {
            optimization: { disable_specified_optimizers: 'ReshapeFusion' },
          }),
        },
        ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
      }
      const session = await ort.InferenceSession.create(bytes, options).catch(explain)
      onCompile?.({ ops: graph.nodes.length, nodes: model.nodes.length, bytes, block, source })
      return {
        async run(storages) {
          const feeds: Record<string, Ort.Tensor> = {}
          for (const [k, places] of inputs.entries()) {
            const tensor = tensorOf(
              ort,
              places.map(i => given.inputs[i]!),
              places.map(i => storages[i]!),
            )
            feeds[model.inputs[k]!.name] = tensor instanceof Promise ? await tensor : tensor
          }
          const results = await session.run(feeds).catch(explain)
          const made: Storage[] = []
          for (const [k, places] of outputs.entries()) {
            const parts = storagesOf(
              results[model.outputs[k]!.name]!,
              places.map(i => given.outputs[i]!),
            )
            places.forEach((i, p) => (made[i] = parts[p]!))
          }
          return made
        },
        async dispose() {
          if (profile !== undefined) session.endProfiling()
          await session.release()
        },
      }
    },
  }
}
