import type { Engine, Program } from '@portolan/core'
import { countNodes, sourceOf, type Graph, type Node, type PassEffect } from '@portolan/core/engine'
import { Builder, type Rules } from '../lower/builder.ts'
import { cpu } from '../lower/cpu.ts'
import { portable } from '../lower/portable/index.ts'
import { webgpu } from '../lower/webgpu.ts'
import { encode } from '../model/encode.ts'
import type { OnnxGraph } from '../model/onnx-model.ts'
import { takeOut } from '../model/take-out.ts'
import { fuseAddition } from '../pass/fuse-addition.ts'
import { packState } from '../pass/pack-state.ts'
import { explain } from './explain.ts'
import { fallbacksOf, type Fallback } from './fallbacks.ts'
import { unpacked } from './packed-session.ts'
import { platform } from './platform.ts'
import { measure } from './profile.ts'
import { blockSize } from './probe.ts'
import { prepared } from './prepared-session.ts'
import { onProcessor, type MissingProvider, type Provider } from './provider.ts'
import type { Session, SessionOptions } from './session.ts'
import { sessionFor } from './session-cache.ts'
import { takeProvider } from './take-provider.ts'
import { threadsFor } from './threads.ts'

/** What was made of a graph, for those who look after speed. */
export interface CompileInfo {
  /** Ops of the graph and nodes of the ONNX graph. */
  readonly ops: number
  readonly nodes: number
  /** How many nodes there were before and after each pass, of core and of this engine, in their order. */
  readonly passes: readonly PassEffect[]
  /** Size of the ONNX model. */
  readonly bytes: Uint8Array
  /** Channels that stand together, when convolutions run in the blocked layout. */
  readonly block: number | undefined
  /** What computes. */
  readonly provider: Provider
  /** Providers that were asked for before it and could not be had. */
  readonly missing: readonly MissingProvider[]
  /** Which nodes the provider leaves to the processor; the first time it takes a while, for each kind of node is tried. */
  fallbacks(): Promise<readonly Fallback[]>
  /** What was lowered: the step's graph after the engine's own passes. */
  readonly graph: Graph
  /** What each ONNX node was written for: an op, the line that asked for it, and where the op stands in the graph. */
  source(node: string): { op: string; line: string; node: Node } | undefined
}

/** Options of `onnx`. */
export interface OnnxOptions {
  /**
   * Where it computes: the first of these that is there. Default in Node: ['cpu']; in browsers: ['webgpu', 'wasm'], of which the first
   * is passed over where it is only software. On 'webgpu' parameters and all other state stay on the GPU between steps.
   */
  providers?: readonly Provider[]
  /**
   * How many threads compute one op at most; default 2. A graph of small ops has one: to share them takes longer than to compute them. In a
   * page that is not cross-origin isolated, 'wasm' has one.
   */
  threads?: number
  /** Compute in a thread of its own, so that a page or a server stays responsive: numbers are copied to and from it. Default false. */
  worker?: boolean
  /**
   * 'float16': products and convolutions are computed in it, where a provider has it, such as 'webgpu' on many GPUs; weights, sums and
   * all else stay float32. Small gradients need the optimizer's `lossScale`. Default 'float32'.
   */
  precision?: 'float32' | 'float16'
  /** 'portable' uses standard ops only; 'auto', the default, also what onnxruntime's CPU provider has of its own. */
  lowering?: 'auto' | 'portable'
  /**
   * Hold less memory, and take more time: a run makes one step, and what it worked in is given back to the system after it. The optimizer's
   * state is then copied at every step. Default false.
   */
  lean?: boolean
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
export function onnx({
  providers,
  threads = 2,
  worker = false,
  lowering = 'auto',
  precision = 'float32',
  lean = false,
  affinity,
  onCompile,
  profile,
}: OnnxOptions = {}): Engine {
  const take = () => takeProvider({ providers, threads, worker, half: precision === 'float16' })
  return {
    name: 'onnx',
    async facts() {
      const { provider } = (await take()).host
      const block = lowering === 'auto' && onProcessor(provider) ? await blockSize(provider) : undefined
      const ort = await platform().load(provider, { threads, named: providers !== undefined })
      const written = block === undefined ? lowering : `blocked by ${block}`
      return { provider, threads, lowering: written, ...(precision !== 'float32' && { precision }), onnxruntime: ort.env.versions.common }
    },
    async copiesState() {
      return !lean && onProcessor((await take()).host.provider)
    },
    profile: (graph, inputs, runs) =>
      measure(
        more =>
          onnx({
            ...(providers && { providers }),
            threads,
            lowering,
            precision,
            lean,
            ...(affinity !== undefined && { affinity }),
            ...more,
          }),
        graph,
        inputs,
        runs,
      ),
    async compile(given: Graph): Promise<Program> {
      const { host, missing } = await take()
      const own = lowering === 'auto' && onProcessor(host.provider)
      const block = own ? await blockSize(host.provider) : undefined
      // no page has that layout, so none need load its rules
      const layout = block === undefined ? [] : [(await import('../lower/blocked/index.ts')).blocked(block)]
      const fast: Rules[] = own ? [...layout, cpu] : []
      const full = [...fast, ...(host.provider === 'webgpu' ? [webgpu] : []), portable]
      const rules = precision === 'float16' ? [(await import('../lower/half.ts')).half(full), ...full] : full
      const whole = fuseAddition(given)
      const packed = own ? packState(whole) : undefined
      const graph = packed?.graph ?? whole
      const passes: PassEffect[] = [
        ...(given.effects ?? []),
        { pass: 'fuseAddition', before: countNodes(given), after: countNodes(whole) },
        ...(packed ? [{ pass: 'packState', before: countNodes(whole), after: countNodes(graph) }] : []),
      ]
      const builder = new Builder({ rules, opset })
      const model = builder.graph(graph, new Map(), 'step')
      // what follows from weights alone is not computed at every run; it would have to be sent to another thread, and costs memory
      const names = new Map(graph.inputs.map((v, i) => [v, model.inputs[i]!.name]))
      const fixed = new Set(given.fixed?.flatMap(v => names.get(v) ?? []))
      const parts = own && !worker && !lean && profile === undefined ? takeOut(model, fixed, name => builder.values.get(name)!) : undefined
      const bytes = encode(model, { opset })
      const source = (name: string) => {
        const node = builder.sources.get(name)
        return node && { op: node.op, line: sourceOf(node), node }
      }
      const hands = threadsFor(graph, threads)
      const options: SessionOptions = {
        intraOpNumThreads: hands,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        ...(lean && { enableCpuMemArena: false }),
        extra: {
          session: {
            // numbers below 1e-38, where a processor is tens of times slower: a gradient that is almost gone
            set_denormal_as_zero: '1',
            ...(affinity !== undefined && hands > 1 && { intra_op_thread_affinities: affinity }),
          },
          // it would pull the reshape that a barrier is into the next one, or fail at it
          ...([...builder.sources.values()].some(n => n.op === 'barrier') && {
            optimization: { disable_specified_optimizers: 'ReshapeFusion' },
          }),
        },
        ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
      }
      const fail = (error: unknown): never => {
        throw explain(error, host, source)
      }
      const ports = graph.inputs.map((v, i) => ({ name: model.inputs[i]!.name, shape: v.shape, dtype: v.dtype }))
      const sessionOf = (part: OnnxGraph): Promise<Session> =>
        sessionFor(host, {
          bytes: part === model ? bytes : encode(part, { opset }),
          inputs: part.inputs.map(({ name }) => ports.find(p => p.name === name) ?? { name, shape: [], dtype: 'float32' }),
          outputs: part.outputs.map(({ name }) => name),
          options,
        }).catch(fail)
      const places = (part: OnnxGraph): number[] => part.inputs.flatMap(({ name }) => ports.flatMap((p, i) => (p.name === name ? [i] : [])))
      const created = parts
        ? prepared(await sessionOf(parts.first), await sessionOf(parts.rest), { first: places(parts.first), rest: places(parts.rest) })
        : await sessionOf(model)
      const session = packed ? unpacked(created, packed, given) : created
      onCompile?.({
        ops: graph.nodes.length,
        nodes: model.nodes.length,
        passes,
        bytes,
        block,
        provider: host.provider,
        missing,
        graph,
        fallbacks: () => fallbacksOf(host, model, builder.values, opset),
        source,
      })
      return {
        run: inputs => session.run(inputs).catch(fail),
        dispose: () => session.release(),
      }
    },
  }
}
