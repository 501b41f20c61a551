import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  adam,
  crossEntropy,
  Linear,
  Module,
  mse,
  RangeError,
  scan,
  supervised,
  tensor,
  variables,
  zeros,
  type Batch,
  type Engine,
  type Tensor,
} from '../index.ts'
import { chromeTrace, profile, profileTable, type Profile, type ProfileRow } from '../profile.ts'

class Net extends Module {
  hidden = new Linear(6, 5)
  out = new Linear(5, 3)
  forward(x: Tensor): Tensor {
    return this.out.forward(this.hidden.forward(x).relu())
  }
}

const batch = { x: zeros([4, 6]), y: tensor([0, 1, 2, 0], [4], 'int32') }
/** Where a piece of this file stands. */
function lineWith(piece: string): string {
  const file = fileURLToPath(import.meta.url)
  const at = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex(line => line.includes(piece))
  return `${file}:${at + 1}`
}
const find = ({ rows }: Profile, op: string, module: string, gradient = false): ProfileRow[] =>
  rows.filter(r => r.op === op && r.module === module && r.gradient === gradient)

describe('profile', () => {
  it('tells ops, modules, lines, calls, operations and bytes of a step apart', async () => {
    const step = supervised({ model: new Net(), loss: crossEntropy, optimizer: adam(1e-3) })
    const found = await profile(step, batch, { steps: 5, warmups: 1 })
    expect(found).toMatchObject({ engine: 'eager', steps: 5 })
    // [4, 6]·[5, 6]ᵀ + [5]: 2·4·5·6 products and sums, and 4·5 sums of the bias
    const [forward, ...others] = find(found, 'matmul', 'model.hidden')
    expect(others).toEqual([])
    expect(forward).toMatchObject({ calls: 1, flops: 240 + 20, bytes: 4 * (24 + 30 + 5 + 20) })
    expect(forward!.line).toBe(lineWith('this.hidden.forward(x)'))
    // gradients of the weight [5, 6] only: nobody asks for that of the input
    expect(find(found, 'matmul', 'model.hidden', true)).toMatchObject([{ calls: 1, flops: 240, bytes: 4 * (20 + 24 + 30) }])
    expect(find(found, 'matmul', 'model.out', true)).toMatchObject([{ calls: 2, flops: 2 * 120 }])
    expect(find(found, 'relu', 'model')).toMatchObject([{ flops: 20, bytes: 160 }])
    expect(find(found, 'sqrt', 'optimizer')).toMatchObject([{ calls: 8, flops: 30 + 5 + 15 + 3 + 4 }]) // √v of each number, √(1 − β₂ᵗ) of each parameter
    expect(find(found, 'logSoftmax', '')).toMatchObject([{ calls: 1, flops: 5 * 12 }])

    const times = found.rows.map(r => r.ms)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    expect(found.rows.reduce((n, r) => n + r.share, 0)).toBeCloseTo(1, 9)
    expect(times.reduce((a, b) => a + b)).toBeLessThan(1.5 * found.ms)
    expect(forward!.gflops).toBeCloseTo(forward!.flops / forward!.ms / 1e6, 9)
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
  })

  it('counts what is in a loop as often as it runs', async () => {
    const layer = new Linear(3, 3)
    const step = ({ x }: Batch): { y: Tensor } => ({
      y: scan((h: Tensor, e: Tensor) => [layer.forward(h).add(e), h], zeros([2, 3]), x!)[0],
    })
    const engine: Engine = {
      name: 'still',
      compile: () => Promise.reject(new Error('not asked for')),
      profile: async graph => ({
        graph,
        kernels: graph.nodes.flatMap(node => (node.attrs.body?.nodes ?? [node]).map((n: typeof node) => ({ node: n, name: n.op, run: 0, start: 0, ms: 1, own: 1 }))), // prettier-ignore
        runs: [100],
      }),
    }
    const found = await profile(step, { x: zeros([7, 2, 3]) }, { engine, steps: 1, warmups: 0, state: { layer } })
    expect(find(found, 'matmul', 'layer')).toMatchObject([{ calls: 7, flops: 7 * (2 * 2 * 3 * 3 + 6) }])
    expect(find(found, 'add', '')).toMatchObject([{ calls: 7, flops: 42 }])
  })

  it('keeps nothing of what the steps change', async () => {
    const model = new Net()
    const optimizer = adam(1e-3)
    const step = supervised({ model, loss: crossEntropy, optimizer })
    const state = (): unknown => [...variables({ model, optimizer }).values()].map(v => [...v.latest.dataSync()])
    const before = state()
    await profile(step, batch, { steps: 2 })
    expect(state()).toEqual(before)
    expect(Object.hasOwn(model, 'forward') || Object.hasOwn(optimizer, 'apply')).toBe(false)
  })

  it('refuses what it cannot measure', async () => {
    const step = supervised({ model: new Linear(2, 1), loss: mse, optimizer: adam(1e-3) })
    const pair = { x: zeros([1, 2]), y: zeros([1, 1]) }
    await expect(profile(step, pair, { steps: 0 })).rejects.toThrow(RangeError)
    const mute: Engine = { name: 'mute', compile: () => Promise.reject(new Error('not asked for')) }
    await expect(profile(step, pair, { engine: mute })).rejects.toThrow("profile: the engine mute can't tell what its ops take. Use onnx(), or none.") // prettier-ignore
  })
})

const row = (op: string, module: string, ms: number, more: Partial<ProfileRow> = {}): ProfileRow => ({
  op, module, line: '/home/me/net.ts:7', gradient: false, calls: 1, ms, share: ms / 10, flops: 4e6, bytes: 1000, gflops: 4e6 / ms / 1e6, ...more,
}) // prettier-ignore
const known: Profile = {
  engine: 'onnx',
  steps: 5,
  ms: 12.5,
  rows: [row('conv', 'model.a', 5), row('conv', 'model.b', 3, { gradient: true, line: '' }), row('conv', 'model.b', 2)],
  events: [
    { op: 'conv', module: 'model.a', line: 'net.ts:7', gradient: false, kernel: 'Conv', start: 0, ms: 5 },
    { op: 'relu', module: 'model.a', line: 'net.ts:7', gradient: false, kernel: 'Relu', start: 5.5, ms: 0.5 },
    { op: 'conv', module: '', line: '', gradient: true, kernel: 'Conv', start: 7, ms: 2 },
  ],
}

it('profileTable aligns rows, adds them up by what is asked for, and says what is left out', () => {
  expect(profileTable(known, { rows: 2 }).split('\n')).toEqual([
    'onnx: 12.50 ms a step (median of 5), 10.00 ms of it in ops',
    '',
    'op             module   line         calls      ms    share   FLOPs   bytes  GFLOP/s',
    '─────────────  ───────  ───────────  ─────  ──────  ───────  ──────  ──────  ───────',
    'conv           model.a  me/net.ts:7      1   5.000   50.0 %  4.00 M  1.00 k      0.8',
    'conv gradient  model.b  (elsewhere)      1   3.000   30.0 %  4.00 M  1.00 k      1.3',
    '1 more                                   1   2.000   20.0 %  4.00 M  1.00 k      2.0',
    '─────────────  ───────  ───────────  ─────  ──────  ───────  ──────  ──────  ───────',
    'all                                      3  10.000  100.0 %  12.0 M  3.00 k      1.2',
  ])
  expect(profileTable(known, { by: 'op' }).split('\n').slice(4, 6)).toEqual([
    'conv               2   7.000   70.0 %  8.00 M  2.00 k      1.1',
    'conv gradient      1   3.000   30.0 %  4.00 M  1.00 k      1.3',
  ])
  expect(profileTable(known, { by: 'module' })).toMatch(/model\.b gradient {6}1 /)
})

it('chromeTrace names ops and joins those of one module, in µs', () => {
  const { traceEvents } = JSON.parse(chromeTrace(known)) as {
    traceEvents: { ph: string; tid: number; name: string; ts: number; dur: number }[]
  }
  const slices = (tid: number) => traceEvents.filter(e => e.ph === 'X' && e.tid === tid).map(e => [e.name, e.ts, e.dur])
  expect(slices(1)).toEqual([['model.a', 0, 6000], ['(step) gradient', 7000, 2000]]) // prettier-ignore
  expect(slices(2)).toEqual([['conv', 0, 5000], ['relu', 5500, 500], ['conv', 7000, 2000]]) // prettier-ignore
})
