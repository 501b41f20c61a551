import { PortolanError, type Engine, type Kernel, type Measured } from '@portolan/core'
import type { Graph, Storage } from '@portolan/core/engine'
import type { CompileInfo, OnnxOptions } from './onnx.ts'
import { platform } from './platform.ts'

/** An event of onnxruntime's profile; times are in µs. */
interface Event {
  readonly cat: string
  readonly name: string
  readonly ts: number
  readonly dur: number
  readonly args?: { readonly op_name?: string }
}

/** Runs a graph in a session that writes down what each of its nodes takes, and reads that. Node only. */
export async function measure(
  engine: (more: Pick<OnnxOptions, 'profile' | 'onCompile'>) => Engine,
  graph: Graph,
  inputs: readonly Storage[],
  runs: number,
): Promise<Measured> {
  const { readWritten } = platform()
  if (!readWritten)
    throw new PortolanError('profile: onnxruntime tells only in Node what its nodes take. In a browser, profile without an engine.')
  let info: CompileInfo | undefined
  const written = await readWritten(async prefix => {
    const program = await engine({ profile: prefix, onCompile: i => (info = i) }).compile(graph)
    try {
      for (let i = 0; i < runs; i++) for (const storage of await program.run(inputs)) storage.dispose()
    } finally {
      await program.dispose() // it writes the file
    }
  })
  return measured(JSON.parse(written) as Event[], info!)
}

function measured(events: readonly Event[], { graph, source }: CompileInfo): Measured {
  const whole = events.filter(e => e.cat === 'Session' && e.name === 'model_run').toSorted((a, b) => a.ts - b.ts)
  const nodes = events.filter(e => e.cat === 'Node' && e.name.endsWith('_kernel_time')).toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)
  const kernels: (Omit<Kernel, 'own'> & { own: number })[] = []
  const open: { end: number; kernel: { own: number } }[] = []
  for (const { name, ts, dur, args } of nodes) {
    while (open.length && open.at(-1)!.end <= ts) open.pop()
    const ms = dur / 1000
    const around = open.at(-1)
    if (around) around.kernel.own = Math.max(0, around.kernel.own - ms) // what runs in a loop's body is told of on its own
    const kernel = {
      node: nodeOf(name, source),
      name: args?.op_name ?? name,
      run: whole.findLastIndex(r => r.ts <= ts),
      start: (ts - whole[0]!.ts) / 1000,
      ms,
      own: ms,
    }
    kernels.push(kernel)
    open.push({ end: ts + dur, kernel })
  }
  return { graph, kernels, runs: whole.map(r => r.dur / 1000) }
}

/** onnxruntime's own passes give nodes new names that mostly hold an old one: `matmul_205/MatMulScaleFusion/`. */
function nodeOf(name: string, source: CompileInfo['source']): Kernel['node'] {
  for (const [old] of name.matchAll(/[A-Za-z]+_\d+/g)) {
    const found = source(old)
    if (found) return found.node
  }
  return undefined
}
