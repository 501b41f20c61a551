// Runs in pages and in workers: it must import no package.
import type { Ort, OrtModule } from '../platform.ts'
import type { WasmFiles } from '../worker/protocol.ts'

/** Sets up a build of onnxruntime-web, before it makes its first session. */
export function configure(ort: OrtModule, threads: number, files: WasmFiles | undefined): OrtModule {
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? threads : 1
  ort.env.logLevel = 'error'
  if (files) ort.env.wasm.wasmPaths = files
  return ort
}

/** The numbers of a tensor, wherever it is. */
export const read = (tensor: Ort.Tensor): Promise<Ort.Tensor.DataType> => tensor.getData()

/** What onnxruntime takes of WebGPU: its types are not everywhere where this is compiled. */
interface Device {
  lost: Promise<{ reason: string; message: string }>
  createBuffer(options: { size: number; usage: number }): object
  queue: { writeBuffer(buffer: object, at: number, data: ArrayBufferView): void }
}
const deviceOf = async (ort: OrtModule): Promise<Device> => (await ort.env.webgpu.device) as unknown as Device

/** STORAGE, COPY_SRC, COPY_DST */
const usage = 0x80 | 0x4 | 0x8

/** A tensor in memory brought to the GPU: of four bytes a number, as the others are packed in a way of onnxruntime's own. */
export async function upload(ort: OrtModule, tensor: Ort.Tensor): Promise<Ort.Tensor> {
  const { type, data, dims } = tensor
  if (type !== 'float32' && type !== 'int32') return tensor
  const device = await deviceOf(ort)
  const buffer = device.createBuffer({ size: Math.ceil((data as Float32Array).byteLength / 16) * 16, usage })
  device.queue.writeBuffer(buffer, 0, data as Float32Array)
  return ort.Tensor.fromGpuBuffer(buffer as never, { dataType: type, dims, dispose: () => (buffer as { destroy(): void }).destroy() })
}

export async function lost(ort: OrtModule): Promise<string> {
  const { reason, message } = await (await deviceOf(ort)).lost
  return `the WebGPU device is gone (${[reason, message].filter(Boolean).join(': ')})`
}
