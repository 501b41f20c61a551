import type { Provider } from '../provider.ts'
import type { WasmFiles } from '../worker/protocol.ts'

/** The builds of onnxruntime-web that are used: the default one's WebGPU kernels are wrong for wide Split and Concat. */
export type Build = 'wasm' | 'webgpu'
export const buildOf = (provider: Provider): Build => (provider === 'wasm' ? 'wasm' : 'webgpu')

/** A bundler that sees these puts the files beside the page's own and writes their addresses here. */
const files = {
  wasm: {
    mjs: new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', import.meta.url),
    wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url),
  },
  webgpu: {
    mjs: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs', import.meta.url),
    wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url),
  },
}

/** Where a bundler put onnxruntime's files; undefined where there was none: then onnxruntime finds them beside itself. */
export function wasmFiles(build: Build): WasmFiles | undefined {
  const { mjs, wasm } = files[build]
  return wasm.pathname.includes('/onnxruntime-web/ort-') ? undefined : { mjs: mjs.href, wasm: wasm.href }
}

/** Vite's development server serves what it has gathered from here, but no worker beside it. */
const modules = /^.*\/node_modules\/(?=\.vite\/deps)/.exec(import.meta.url)?.[0]

/** The address of onnxruntime itself where no bundler made the page: the import map knows it. */
export function moduleAddress(build: Build): string | undefined {
  if (modules !== undefined) return `${modules}onnxruntime-web/dist/ort.${build}.bundle.min.mjs`
  try {
    return (import.meta as { resolve?: (name: string) => string }).resolve?.(`onnxruntime-web/${build}`)
  } catch {
    return undefined
  }
}

/** The script of the worker that needs to be told that address. */
export const plainScript = (): URL =>
  modules === undefined
    ? new URL('./plain-worker.js', import.meta.url)
    : new URL('@portolan/export-onnx/dist/engine/web/plain-worker.js', modules)
