import { trainable, type TypedArray } from '@portolan/core'
import { onnx, type OnnxOptions } from '@portolan/export-onnx'
import { readBacks } from '../../../packages/export-onnx/src/engine/ort-storage.ts'
import { trainCnn, type CnnOptions } from './cnn.ts'

export interface Report {
  losses: number[]
  provider: string
  missing: string[]
  /** Milliseconds of each step. */
  times: number[]
  /** Reads from the device during the steps, and after the weights were asked for. */
  reads: [number, number]
  /** Milliseconds of each time that the page's thread was busy for over 50. */
  long: number[]
  weights: Record<string, number[]>
}

async function train(
  engine: Pick<OnnxOptions, 'providers' | 'worker' | 'threads' | 'lowering' | 'precision'>,
  options: CnnOptions,
): Promise<Report> {
  let [provider, missing]: [string, string[]] = ['', []]
  const long: number[] = []
  const observer = new PerformanceObserver(list => long.push(...list.getEntries().map(e => e.duration)))
  observer.observe({ type: 'longtask' })
  const before = readBacks.count
  let during = 0
  const times: number[] = []
  let last = performance.now()
  const { model, losses } = await trainCnn(
    onnx({ ...engine, onCompile: info => ([provider, missing] = [info.provider, info.missing.map(m => `${m.provider}: ${m.reason}`)]) }),
    options,
    async (i, loss) => {
      during = readBacks.count - before
      if (i % 50 === 0) await loss.item()
      times.push(performance.now() - last)
      last = performance.now()
    },
  )
  const weights: Record<string, number[]> = {}
  for (const [path, p] of trainable(model))
    weights[path] = Array.from<number>((await p.latest.data()) as TypedArray & Iterable<number>).slice(0, 8)
  await new Promise(done => setTimeout(done, 100))
  observer.disconnect()
  return { losses, provider, missing, times, reads: [during, readBacks.count - before], long, weights }
}

/** Takes the device away while a network is trained in the page, and gives what the step then says. */
async function loseDevice(options: CnnOptions): Promise<string> {
  // the page's import map knows it; the boundary is for packages, and this is what a driver that crashes does
  const ort = (await import(['onnxruntime-web', 'webgpu'].join('/'))) as { env: { webgpu: { device: Promise<{ destroy(): void }> } } }
  try {
    await trainCnn(onnx({ providers: ['webgpu'] }), options, async step => {
      if (step === 2) (await ort.env.webgpu.device).destroy()
    })
    return 'nothing was thrown'
  } catch (error) {
    return String(error)
  }
}

Object.assign(globalThis, { train, loseDevice })
