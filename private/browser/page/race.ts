import { onnx } from '@portolan/export-onnx'
import { median, options, stepTimes } from './step-times.ts'
import { tfjsTimes } from './tfjs-cnn.ts'

export interface Times {
  /** Milliseconds a step: medians. */
  wasm: number
  worker: number
  tfjs: number
}

/** One round of the CNN in this page. */
async function race(threads: number): Promise<Times> {
  return {
    wasm: median(await stepTimes(onnx({ providers: ['wasm'], threads }))),
    worker: median(await stepTimes(onnx({ providers: ['wasm'], threads, worker: true }))),
    tfjs: median(await tfjsTimes({ ...options, steps: 1 })),
  }
}

Object.assign(globalThis, { race })
