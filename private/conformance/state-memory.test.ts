import { compile, Param, tensor, Trainer, zeros, type Callback, type Tensor } from '@portolan/core'
import { onnx, type CompileInfo } from '@portolan/export-onnx'
import { expect, it } from 'vitest'

const count = 2 ** 21 // 8 MiB
const held = (): number => process.memoryUsage().arrayBuffers / 2 ** 20

it('gives the state of the run before back at once', async () => {
  const weight = new Param(zeros([count]))
  const step = compile(() => void (weight.value = weight.value.add(1)), { engine: onnx({ threads: 1 }) })
  await step()
  const before = held()
  let most = 0
  for (let i = 0; i < 12; i++) {
    await step()
    most = Math.max(most, held() - before)
  }
  await step.dispose()
  expect(most).toBeLessThan(6) // a state is 8 MiB, and three of them wait for the garbage collector otherwise
  expect((await weight.value.data())[count - 1]).toBe(13)
})

it('leaves numbers that somebody has, and those of a variable that stands beside', async () => {
  const [weight, beside] = [new Param(zeros([count])), new Param(zeros([count]))]
  const step = compile(
    () => {
      weight.value = weight.value.add(1)
      beside.value = beside.value.sub(1)
    },
    { engine: onnx({ threads: 1 }) },
  )
  await step()
  const kept = weight.value
  const seen = await beside.value.data()
  await step()
  await step()
  await step.dispose()
  expect([(await kept.data())[0], seen[count - 1], (await weight.value.data())[0], (await beside.value.data())[0]]).toEqual([1, -1, 3, -3])
})

it('makes one step a run where memory is short, with the same bits', async () => {
  const train = async (lean: boolean) => {
    const losses: number[] = []
    const graphs: CompileInfo['graph'][] = []
    const weight = new Param(zeros([2 ** 18]))
    const step = ({ x }: { x: Tensor }) => {
      weight.value = weight.value.mul(0.9).add(x)
      return { loss: weight.value.mean() }
    }
    const watch: Callback = { watches: true, batchEnd: ({ logs }) => void losses.push(logs.loss!) }
    const engine = onnx({ threads: 1, lean, onCompile: ({ graph }) => void graphs.push(graph) })
    const trainer = new Trainer({ step: { train: step, state: { weight } }, engine, callbacks: [watch], progress: false })
    const batches = Array.from({ length: 16 }, (_, i) => ({ x: tensor([i]) }))
    await trainer.fit(batches, { epochs: 1 })
    await trainer.dispose()
    return { losses, together: graphs.some(({ nodes }) => nodes.some(n => n.op === 'scan')) }
  }
  const [fast, lean] = [await train(false), await train(true)]
  expect([fast.together, lean.together]).toEqual([true, false])
  expect(lean.losses).toEqual(fast.losses)
  expect(lean.losses).toHaveLength(16)
})
