import { FormatError, PortolanError } from '@portolan/core'
import type { LoadOptions, OrtModule, Platform } from '../platform.ts'
import type { Provider } from '../provider.ts'
import { remoteHost } from '../worker/remote-host.ts'
import { configure, lost, read, upload } from './device.ts'
import { buildOf, moduleAddress, plainScript, wasmFiles, type Build } from './files.ts'
import { lineTo } from './line.ts'

/** What is looked at before a provider is tried. */
interface Navigator {
  gpu?: { requestAdapter(): Promise<{ isFallbackAdapter?: boolean; info?: { isFallbackAdapter?: boolean } } | null> }
  ml?: object
}

/** @throws PortolanError with the reason if a page cannot have the provider. */
async function check(provider: Provider, { named }: LoadOptions): Promise<void> {
  const { gpu, ml } = navigator as unknown as Navigator
  if (provider === 'webnn' && !ml) throw new PortolanError('this browser has no WebNN')
  if (provider === 'webgpu') {
    if (!gpu) throw new PortolanError('this browser has no WebGPU, or this page did not come over https')
    const adapter = await gpu.requestAdapter()
    if (!adapter) throw new PortolanError('WebGPU finds no graphics adapter that it may use')
    if (!named && (adapter.isFallbackAdapter ?? adapter.info?.isFallbackAdapter))
      throw new PortolanError("WebGPU has only an adapter in software, slower than 'wasm'; name 'webgpu' to use it all the same")
  }
  if (provider !== 'webgpu' && provider !== 'wasm' && provider !== 'webnn')
    throw new PortolanError(`'${provider}' is for Node; browsers have 'webgpu', 'wasm' and 'webnn'`)
}

let said = false
function sayThreads(threads: number): void {
  if (said || threads === 1 || globalThis.crossOriginIsolated) return
  said = true
  console.warn(
    `onnx: one thread instead of ${threads}, because this page is not cross-origin isolated. Serve it with the headers ` +
      `Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.`,
  )
}

const builds: Readonly<Record<Build, () => Promise<OrtModule>>> = {
  wasm: () => import('onnxruntime-web/wasm'),
  webgpu: () => import('onnxruntime-web/webgpu'),
}
const loaded = new Map<Build, Promise<OrtModule>>()

/** A worker whose script may stand at another origin. */
function plainWorker(): Worker {
  const script = plainScript()
  if (script.origin === location.origin) return new Worker(script, { type: 'module' })
  return new Worker(URL.createObjectURL(new Blob([`import ${JSON.stringify(script.href)}`], { type: 'text/javascript' })), {
    type: 'module',
  })
}
// bundlers look for exactly this form, once for each worker
const workers: Readonly<Record<Build, () => Worker>> = {
  wasm: () => new Worker(new URL('./wasm-worker.js', import.meta.url), { type: 'module' }),
  webgpu: () => new Worker(new URL('./webgpu-worker.js', import.meta.url), { type: 'module' }),
}

/** onnxruntime as a page has it. */
export const web: Platform = {
  providers: ['webgpu', 'wasm'],
  frees: true,
  async load(provider, options) {
    await check(provider, options)
    sayThreads(options.threads)
    const build = buildOf(provider)
    const loading = loaded.get(build) ?? builds[build]().then(ort => configure(ort, options.threads, wasmFiles(build)))
    loaded.set(build, loading)
    return loading.catch((cause: unknown) => {
      loaded.delete(build)
      throw new PortolanError('onnxruntime-web could not be loaded. Install it beside @portolan/export-onnx: npm install onnxruntime-web', {
        cause,
      })
    })
  },
  async spawn(provider, options) {
    await check(provider, options)
    sayThreads(options.threads)
    const build = buildOf(provider)
    const module = moduleAddress(build)
    const worker = module === undefined ? workers[build]() : plainWorker()
    const failed = new Promise<never>((_, reject) =>
      worker.addEventListener('error', e =>
        reject(new PortolanError(`the worker did not start: ${e.message || 'its script could not be loaded'}`)),
      ),
    )
    failed.catch(() => {})
    return Promise.race([remoteHost(lineTo(worker), { provider, threads: options.threads, files: wasmFiles(build), module }), failed])
  },
  read: (_, tensor) => read(tensor),
  upload,
  lost,
  async source(path) {
    const answer = await fetch(path)
    if (!answer.ok) throw new FormatError(`OnnxModel: ${path} could not be fetched: ${answer.status} ${answer.statusText}`)
    return new Uint8Array(await answer.arrayBuffer())
  },
  writeFile: async file => {
    throw new PortolanError(`exportOnnx: a page cannot write the file ${file}. Leave \`file\` out and take the bytes that it gives.`)
  },
}
