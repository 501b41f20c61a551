import { RunError } from '@portolan/core'
import { Storage, type TypedArray } from '@portolan/core/engine'
import { platform, type Ort } from './platform.ts'

/** @internal How often numbers were fetched from a device: for tests. */
export const readBacks = { count: 0 }

/** Fetches the numbers of a tensor that is on a device. */
export type Fetch = (tensor: Ort.Tensor) => Promise<TypedArray>

/** What onnxruntime gave: where it computed, until somebody reads it. */
export class OrtStorage extends Storage {
  #fetched: Promise<TypedArray> | undefined
  constructor(
    readonly tensor: Ort.Tensor,
    /** Where the tensor is on a device: the way to its numbers. */
    readonly fetch?: Fetch,
  ) {
    super()
    if (fetch && platform().frees) garbage.register(this, tensor, this)
  }
  override async read(): Promise<TypedArray> {
    if (!this.fetch) return this.tensor.data as TypedArray
    if (!this.#fetched) readBacks.count++
    return (this.#fetched ??= this.fetch(this.tensor))
  }
  override readSync(): TypedArray {
    if (this.fetch) throw unreadable()
    return this.tensor.data as TypedArray
  }
  override dispose(): void {
    garbage.unregister(this)
    if (this.tensor.location === 'cpu') free((this.tensor.data as TypedArray).buffer)
    this.tensor.dispose()
  }
}

/** Gives memory back at once: the garbage collector comes late, for to it a large array is a small object. */
function free(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > 65_536) nowhere().postMessage(undefined, [buffer])
}
let closed: MessagePort | undefined
/** What is moved there is gone. */
function nowhere(): MessagePort {
  if (!closed) {
    closed = new MessageChannel().port1
    closed.close()
  }
  return closed
}

const garbage = new FinalizationRegistry<Ort.Tensor>(t => t.dispose())

export const unreadable = (): RunError =>
  new RunError(
    'these numbers are on a device that cannot be waited for. Await them, as in await x.data(), or fetch a whole model first: await toHost(model)',
  )
