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
export function bundledFiles(build: Build): WasmFiles | undefined {
  const { mjs, wasm } = files[build]
  return wasm.pathname.includes('/onnxruntime-web/') ? undefined : { mjs: mjs.href, wasm: wasm.href }
}
