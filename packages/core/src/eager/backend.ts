import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'

const quiet = tf.backend() as unknown as { firstUse?: boolean }
quiet.firstUse = false // it would print an advertisement

let starting: Promise<string> | undefined

/**
 * Starts the faster WebAssembly backend of eager mode and names the backend that then serves. Until it is awaited, eager
 * ops run on the plain CPU backend. Compiled steps and the Trainer await it by themselves; which backend computes never
 * depends on timing, so that one seed gives one result.
 * @example
 * await ready()                                // 'wasm'
 */
export const ready = (): Promise<string> => (starting ??= start())

async function start(): Promise<string> {
  await import('@tensorflow/tfjs-backend-wasm')
  const restore = ownListeners()
  const started = await tf.setBackend('wasm').catch(() => false)
  restore()
  if (!started) {
    console.warn('portolan: the WebAssembly backend of eager mode did not start; plain JavaScript computes instead, many times slower.')
    await tf.setBackend('cpu')
  }
  if (tf.getBackend() === 'wasm') borrowFromCpu()
  return tf.getBackend()
}

/** The WebAssembly loader takes over the process's handling of errors, and prints its own source; this puts it back. */
function ownListeners(): () => void {
  if (typeof process === 'undefined' || !process.listeners) return () => {}
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const before = events.map(e => new Set(process.listeners(e as 'uncaughtException')))
  return () =>
    events.forEach((e, i) => {
      for (const f of process.listeners(e as 'uncaughtException')) if (!before[i]!.has(f)) process.removeListener(e, f)
    })
}

type CpuBackend = tf.KernelBackend & { data: tf.DataStorage<{ values: tf.BackendValues }> }

/** Kernels that the WebAssembly backend lacks are lent by the CPU backend, at the price of a copy. */
function borrowFromCpu(): void {
  const cpu = tf.findBackend('cpu') as CpuBackend
  const wasm = tf.findBackend('wasm')
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
    if (tf.getKernel(kernelName, 'wasm')) continue
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => {
        const copies: tf.TensorInfo[] = []
        const lent = (x: tf.TensorInfo): tf.TensorInfo => {
          const copy = { ...x, shape: x.shape, dtype: x.dtype, dataId: cpu.write(wasm.readSync(x.dataId), x.shape, x.dtype) }
          copies.push(copy)
          return copy
        }
        const moved = Object.fromEntries(
          Object.entries(inputs).map(([k, x]) => [k, Array.isArray(x) ? x.map(lent) : x && lent(x as tf.TensorInfo)]),
        )
        const results = [kernelFunc({ inputs: moved as tf.NamedTensorInfoMap, attrs: attrs!, backend: cpu })].flat()
        const back = results.map(r => ({ ...r, dataId: wasm.write(cpu.readSync(r.dataId), r.shape, r.dtype) }))
        for (const id of new Set([...copies, ...results].map(t => t.dataId))) cpu.disposeData(id, true)
        return back
      },
    })
  }
}
