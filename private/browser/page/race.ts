import { onnx } from '@portolan/export-onnx'
import { trainCnn } from './cnn.ts'

/** Milliseconds a step: medians of the CNN at full size on wasm, and one step op by op on tfjs in plain JavaScript. */
async function race(threads: number): Promise<{ wasm: number; worker: number; tfjs: number }> {
  const options = { widths: [32, 64, 128], batch: 128, steps: 12 } as const
  const median = async (engine: ReturnType<typeof onnx>): Promise<number> => {
    const times: number[] = []
    let last = performance.now()
    await trainCnn(engine, options, async (_, loss) => {
      await loss.item()
      times.push(performance.now() - last)
      last = performance.now()
    })
    return times.slice(2).toSorted((a, b) => a - b)[5]!
  }
  const wasm = await median(onnx({ providers: ['wasm'], threads }))
  const worker = await median(onnx({ providers: ['wasm'], threads, worker: true }))
  const started = performance.now()
  await trainCnn(undefined, { ...options, steps: 1 })
  return { wasm, worker, tfjs: performance.now() - started }
}

Object.assign(globalThis, { race })
