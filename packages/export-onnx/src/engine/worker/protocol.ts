import type { DType } from '@portolan/core/engine'
import type { Provider } from '../provider.ts'
import type { SessionOptions } from '../session.ts'

/** Two ends of a line between threads. */
export interface Line {
  post(message: unknown, transfer?: ArrayBufferLike[]): void
  listen(f: (message: never) => void): void
}

/** Numbers for a tensor, or the number under which the worker has it. */
export type Feed = number | { dtype: DType; dims: readonly number[]; data: Numbers; keep: number | undefined }
export type Numbers = Float32Array | Int32Array | Uint8Array

/** What the worker is asked. Whoever asks gives out the numbers of sessions and tensors. */
export interface Requests {
  /** `anchor` is a model that stays loaded: without any, the device would go and take all numbers with it. */
  start: { provider: Provider; threads: number; files: WasmFiles | undefined; module: string | undefined; anchor: Uint8Array }
  create: { session: number; bytes: Uint8Array; options: SessionOptions }
  run: { session: number; feeds: Readonly<Record<string, Feed>>; outputs: Readonly<Record<string, number>> }
  read: { tensor: number }
  free: { tensors: readonly number[] }
  release: { session: number }
}
export type Kind = keyof Requests

/** Where onnxruntime's files are, when it does not find them by itself. */
export interface WasmFiles {
  mjs: string
  wasm: string
}

export type Request = { [K in Kind]: { id: number; kind: K; body: Requests[K] } }[Kind]
export type Reply = { id: number; value?: unknown; error?: string } | { lost: string }
