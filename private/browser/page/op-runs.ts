import { compile, type Tensor } from '@portolan/core'
import { trace } from '@portolan/core/engine'
import { onnx, type CompileInfo, type Provider } from '@portolan/export-onnx'
import { families } from '../../conformance/families.ts'
import { opCases } from '../../conformance/op-cases.ts'

/** How one case went on a provider. */
export interface OpRun {
  readonly name: string
  /** The ops of its graph. */
  readonly ops: readonly string[]
  /** The largest difference from eager mode, relative to max(1, |value|). */
  readonly apart: number
  readonly error?: string
  /** By op: the ONNX nodes that the provider left to the processor. */
  readonly fallbacks: Readonly<Record<string, readonly string[]>>
}

type Fn = (...x: Tensor[]) => Tensor | readonly Tensor[]
const cases = [opCases, ...Object.values(families)].flatMap(c => Object.entries(c) as [string, { f: Fn; x: Tensor[] }][])
export const caseCount = cases.length

const difference = (a: number, e: number): number => (Object.is(a, e) || a === e ? 0 : Math.abs(a - e) / Math.max(1, Math.abs(e)))

/** Runs one of the conformance cases forward and compares it with eager mode. */
export async function opRun(provider: Provider, index: number): Promise<OpRun> {
  const [name, { f, x }] = cases[index]!
  const all = (...args: Tensor[]): Tensor[] => [f(...args)].flat() as Tensor[]
  const ops = [...new Set(trace(all, [...x]).graph.nodes.map(n => n.op))]
  let info: CompileInfo | undefined
  const program = compile(all, { engine: onnx({ providers: [provider], threads: 1, onCompile: i => (info = i) }) })
  const fallbacks: Record<string, string[]> = {}
  let apart = 0
  try {
    const expected = all(...x)
    for (const [i, t] of (await program(...x)).entries()) {
      const [a, e] = [await t.data(), await expected[i]!.data()]
      if (String(t.shape) !== String(expected[i]!.shape) || a.length !== e.length) throw new Error(`the shape is [${t.shape}]`)
      for (let k = 0; k < e.length; k++) {
        const d = difference(a[k]!, e[k]!)
        if (!Number.isFinite(d)) throw new Error(`there is ${a[k]} where eager mode has ${e[k]}`)
        apart = Math.max(apart, d)
      }
    }
    for (const { op, types, nodes } of await info!.fallbacks())
      for (const node of nodes) {
        const list = (fallbacks[info!.source(node)?.op ?? ops[0]!] ??= [])
        const text = `${op} (${types[0]})`
        if (!list.includes(text)) list.push(text)
      }
    return { name, ops, apart, fallbacks }
  } catch (error) {
    return { name, ops, apart, fallbacks, error: String(error).split('\n')[0]! }
  } finally {
    await program.dispose()
  }
}

/** Cases from one number to another. */
export async function opRuns(provider: Provider, from: number, to: number): Promise<OpRun[]> {
  const runs: OpRun[] = []
  for (let i = from; i < Math.min(to, cases.length); i++) runs.push(await opRun(provider, i))
  return runs
}

Object.assign(globalThis, { opRuns, caseCount })
