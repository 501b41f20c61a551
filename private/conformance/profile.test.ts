import { adam, crossEntropy, Embedding, Linear, LSTM, Module, seed, supervised, tensor, variables, type Tensor } from '@portolan/core'
import { profile } from '@portolan/core/profile'
import { onnx } from '@portolan/export-onnx'
import { expect, it } from 'vitest'

class Reader extends Module {
  embed = new Embedding(30, 8)
  lstm = new LSTM(8, 6)
  out = new Linear(6, 2)
  forward(ids: Tensor): Tensor {
    const [, { h }] = this.lstm.forward(this.embed.forward(ids))
    return this.out.forward(h.squeeze(0))
  }
}

const batch = { ids: tensor(Int32Array.from({ length: 20 }, (_, i) => i % 30), [4, 5]), y: tensor(Int32Array.of(0, 1, 1, 0), [4]) } // prettier-ignore

it('a step run as one ONNX graph is known by op, module and line, loops and gradients too', async () => {
  seed(1)
  const model = new Reader()
  const optimizer = adam(1e-3)
  const step = supervised({ model, loss: crossEntropy, optimizer })
  const state = (): unknown => [...variables({ model, optimizer }).values()].map(v => [...v.latest.dataSync()])
  const before = state()
  const found = await profile(step, batch, { engine: onnx(), steps: 7, warmups: 2 })
  expect(state()).toEqual(before)
  expect(found).toMatchObject({ engine: 'onnx', steps: 7 })

  const names = new Set(found.rows.map(r => `${r.module}${r.gradient ? ' gradient' : ''}`))
  for (const name of ['model.embed', 'model.lstm', 'model.out', 'model.lstm gradient', 'model.out gradient', 'optimizer', ''])
    expect(names).toContain(name)
  // h·W for each of 5 steps, [4, 6]·[6, 24], and x·W for all at once, [5·4, 8]·[8, 24]; biases are added within
  const recurrent = found.rows.filter(r => r.op === 'matmul' && r.module === 'model.lstm' && !r.gradient)
  const flops = recurrent.reduce((n, r) => n + r.flops, 0)
  expect(flops).toBeGreaterThanOrEqual(5 * 2 * 4 * 6 * 24 + 2 * 20 * 8 * 24)
  expect(flops).toBeLessThanOrEqual(5 * (2 * 4 * 6 * 24 + 4 * 24) + 2 * 20 * 8 * 24 + 20 * 24)
  expect(found.rows.find(r => r.module === 'model.embed' && !r.gradient)!.line).toMatch(/conformance\/profile\.test\.ts:\d+$/)

  // a loop's body is not counted a second time
  expect(found.rows.reduce((n, r) => n + r.ms, 0)).toBeLessThan(1.3 * found.ms)
  const starts = found.events.map(e => e.start)
  expect(starts).toEqual(starts.toSorted((a, b) => a - b))
  expect(found.events.some(e => e.kernel === 'Scan' && e.op === 'scan')).toBe(true)
})
