import { compile, tensor, trace, type Engine, type Tensor } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import * as ort from 'onnxruntime-node'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const row = (n: number): Tensor => tensor(Float32Array.from({ length: n }, (_, i) => i))

describe('sessions', () => {
  let created = 0
  let released = 0
  beforeEach(() => {
    created = released = 0
    const create = ort.InferenceSession.create.bind(ort.InferenceSession) as (...args: unknown[]) => Promise<ort.InferenceSession>
    vi.spyOn(ort.InferenceSession, 'create').mockImplementation((async (...args: unknown[]) => {
      created++
      const session = await create(...args)
      const release = session.release.bind(session)
      session.release = () => (released++, release())
      return session
    }) as never)
  })
  afterEach(() => void vi.restoreAllMocks())
  const graphOf = (factor: number) => trace((x: Tensor) => x.mul(factor).exp(), [row(3)]).graph

  it('are shared by programs of the same graph, and live until the last of them is done', async () => {
    const engine = onnx({ threads: 1 })
    await (await engine.compile(graphOf(0.123))).dispose() // what a first program needs beside, such as the probe of the layout
    created = 0
    const [a, b] = [await engine.compile(graphOf(0.5)), await engine.compile(graphOf(0.5))]
    const other = await engine.compile(graphOf(0.25))
    expect(created).toBe(2)
    await a.dispose()
    await a.dispose()
    const [y] = await b.run([row(3).storage])
    expect(Array.from(y!.readSync())).toEqual([1, Math.exp(0.5), Math.E].map(v => expect.closeTo(v, 5)))
    await b.dispose()
    await other.dispose()
    expect(created).toBe(2)
  })
  it('of other options are others', async () => {
    const small = graphOf(0.75) // of which no op is worth a second thread
    const large = trace((x: Tensor) => x.matmul(x), [row(2 ** 14).reshape([128, 128])]).graph
    const make = (threads: number, graph = large, affinity?: string) =>
      onnx({ threads, ...(affinity !== undefined && { affinity }) }).compile(graph)
    await make(1)
    await make(1, large, '1') // of no effect with one thread
    expect(created).toBe(1)
    await make(2)
    await make(2, large, '1')
    expect(created).toBe(3)
    await make(2, small)
    await make(2, small, '1')
    expect(created).toBe(4)
  })
  it('that nobody uses are kept for the next: four', async () => {
    const engine = onnx({ threads: 1, providers: ['cpu'] }) // a shelf of its own
    for (let i = 0; i < 8; i++) await (await engine.compile(graphOf(2 + i))).dispose()
    const idle = created - released
    expect(released).toBeGreaterThan(0)
    await engine.compile(graphOf(9))
    expect(created).toBe(8)
    await engine.compile(graphOf(2))
    expect([created, idle]).toEqual([9, 4])
  })
})

it('a step keeps 32 programs, those used last', async () => {
  const engine = onnx({ threads: 1 })
  let [made, gone] = [0, 0]
  const counted: Engine = {
    ...engine,
    async compile(graph) {
      made++
      const program = await engine.compile(graph)
      return { run: x => program.run(x), dispose: () => (gone++, program.dispose()) }
    },
  }
  const step = compile((x: Tensor) => x.add(1), { engine: counted })
  for (let n = 1; n <= 33; n++) {
    await step(row(n))
    await step(row(1))
  }
  expect([made, gone]).toEqual([33, 1])
  await step(row(3))
  expect(made).toBe(33)
  await step(row(2)) // the one that went
  expect([made, gone]).toEqual([34, 2])
})
