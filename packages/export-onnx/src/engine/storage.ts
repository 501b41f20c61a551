import { HostStorage, size, Storage, type Spec, type TypedArray } from '@portolan/core/engine'
import type { Ort } from './runtime.ts'

/** What onnxruntime gave: on its device until somebody reads it. */
class OrtStorage extends Storage {
  constructor(readonly tensor: Ort.Tensor) {
    super()
  }
  override async read(): Promise<TypedArray> {
    return (await this.tensor.getData()) as TypedArray
  }
  override readSync(): TypedArray {
    return this.tensor.data as TypedArray // onnxruntime throws where the tensor is not in memory
  }
  override dispose(): void {
    this.tensor.dispose()
  }
}

/** A part of a vector in memory, which lives as long as any of its parts. */
class PartStorage extends Storage {
  constructor(
    readonly whole: Ort.Tensor,
    readonly from: number,
    readonly length: number,
  ) {
    super()
  }
  /** The numbers where they stand. */
  get view(): TypedArray {
    return (this.whole.data as TypedArray).subarray(this.from, this.from + this.length)
  }
  override async read(): Promise<TypedArray> {
    return this.readSync()
  }
  override readSync(): TypedArray {
    return this.view.slice()
  }
  override dispose(): void {}
}

/** Tensors that were made of storages of other kinds: each once. */
const wrapped = new WeakMap<Storage, Ort.Tensor>()

/** The tensor that holds the numbers of these storages one after the other; at once, unless another engine must be asked for some. */
export function tensorOf(ort: typeof Ort, specs: readonly Spec[], storages: readonly Storage[]): Ort.Tensor | Promise<Ort.Tensor> {
  const [first] = storages as [Storage]
  if (storages.length === 1) return single(ort, specs[0]!, first)
  if (first instanceof PartStorage) {
    let from = 0
    const ordered = storages.every(s => {
      const here = s instanceof PartStorage && s.whole === first.whole && s.from === from
      from += (s as PartStorage).length
      return here
    })
    if (ordered && from === first.whole.size) return first.whole
  }
  return joined(ort, specs, storages)
}

function single(ort: typeof Ort, { dtype, shape }: Spec, storage: Storage): Ort.Tensor | Promise<Ort.Tensor> {
  if (storage instanceof OrtStorage) return storage.tensor
  const known = wrapped.get(storage)
  if (known) return known
  const wrap = (data: TypedArray): Ort.Tensor => {
    const tensor = new ort.Tensor(dtype, data as never, [...shape])
    wrapped.set(storage, tensor)
    return tensor
  }
  if (storage instanceof PartStorage) return wrap(storage.view)
  return storage instanceof HostStorage ? wrap(storage.data) : storage.read().then(wrap)
}

async function joined(ort: typeof Ort, specs: readonly Spec[], storages: readonly Storage[]): Promise<Ort.Tensor> {
  const length = specs.reduce((sum, s) => sum + size(s.shape), 0)
  const data = new Float32Array(length)
  let from = 0
  for (const [i, s] of storages.entries()) {
    data.set(s instanceof PartStorage ? s.view : await s.read(), from)
    from += size(specs[i]!.shape)
  }
  return new ort.Tensor('float32', data, [length])
}

/** The storages that stand one after the other in a tensor. */
export function storagesOf(tensor: Ort.Tensor, specs: readonly Spec[]): Storage[] {
  if (specs.length === 1) return [new OrtStorage(tensor)]
  let from = 0
  return specs.map(({ shape }) => {
    const part = new PartStorage(tensor, from, size(shape))
    from += part.length
    return part
  })
}
