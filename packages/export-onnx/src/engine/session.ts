import type { Spec, Storage } from '@portolan/core/engine'
import type { Provider } from './provider.ts'

/** A model that is ready to run: storages in, storages out, both in the order of its graph. */
export interface Session {
  run(inputs: readonly Storage[]): Promise<Storage[]>
  release(): Promise<void>
}

/** A model and how it is to run. */
export interface SessionRequest {
  readonly bytes: Uint8Array
  readonly inputs: readonly Port[]
  readonly outputs: readonly string[]
  readonly options: SessionOptions
}
export type Port = Spec & { readonly name: string }

/** Options of onnxruntime: plain values, which may be sent to another thread. */
export interface SessionOptions {
  readonly intraOpNumThreads?: number
  readonly interOpNumThreads?: number
  readonly graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'all'
  readonly logSeverityLevel?: 0 | 1 | 2 | 3 | 4
  readonly enableCpuMemArena?: boolean
  readonly extra?: Record<string, unknown>
  readonly enableProfiling?: boolean
  readonly profileFilePrefix?: string
}

/** onnxruntime on one provider, in this thread or in another. */
export interface Host {
  readonly provider: Provider
  /** Why nothing on its device can be had any more. */
  readonly lost: string | undefined
  create(request: SessionRequest): Promise<Session>
}
