import type * as Ort from 'onnxruntime-web'
import { PortolanError } from '@portolan/core'
import type { Provider } from './provider.ts'
import type { Host } from './session.ts'

export type { Ort }
export type OrtModule = typeof Ort

/** What differs between Node and a browser. The entry of each sets its own. */
export interface Platform {
  /** Tried in this order where the user names none. */
  readonly providers: readonly Provider[]
  /** onnxruntime ready for a provider. @throws when that cannot be had here, with the reason. */
  load(provider: Provider, options: LoadOptions): Promise<OrtModule>
  /** onnxruntime in a thread of its own. @throws as `load` does. */
  spawn(provider: Provider, options: LoadOptions): Promise<Host>
  /** Numbers of a tensor that is on a device. */
  read(ort: OrtModule, tensor: Ort.Tensor): Promise<Ort.Tensor.DataType>
  /** Whether tensors on a device are freed by hand. In Node the garbage collector does it, and a process whose collector is anticipated dies. */
  readonly frees: boolean
  /** A tensor in memory brought to the device. */
  upload(ort: OrtModule, tensor: Ort.Tensor): Promise<Ort.Tensor>
  /** Resolves with the reason when the device of WebGPU is gone; never, where that cannot be known. */
  lost(ort: OrtModule): Promise<string>
  /** What onnxruntime is given for the model at a path or address. */
  source(path: string): Promise<string | Uint8Array>
  writeFile(file: string, bytes: Uint8Array): Promise<void>
  /** Hands `run` the beginning of a file's name, and gives what is then in that file; a browser has none. */
  readWritten?(run: (prefix: string) => Promise<void>): Promise<string>
}

/** Options of `load`, and of all that reads weights. */
export interface LoadOptions {
  /** How many threads compute one op, where that belongs to onnxruntime as a whole. */
  readonly threads: number
  /** Whether the user named the provider, so that a slow one is taken too. */
  readonly named: boolean
}

let current: Platform | undefined

export const setPlatform = (platform: Platform): void => void (current = platform)

export function platform(): Platform {
  if (!current) throw new PortolanError('@portolan/export-onnx: import it by its name, not by a path into it')
  return current
}
