import { RunError } from '@portolan/core'
import { HostStorage, type Spec, type Storage, type TypedArray } from '@portolan/core/engine'
import { identities } from './identity.ts'
import { OrtStorage, type Fetch } from './ort-storage.ts'
import { platform, type LoadOptions, type Ort } from './platform.ts'
import { onProcessor, type Provider } from './provider.ts'
import type { Host, SessionRequest } from './session.ts'

type Upload = (tensor: Ort.Tensor) => Promise<Ort.Tensor>

/** onnxruntime in this thread. What a program gives stays where the provider computes. @throws if the provider cannot be had. */
export async function localHost(provider: Provider, load: LoadOptions): Promise<Host> {
  const here = platform()
  const ort = await here.load(provider, load)
  const executionProviders = [provider]
  if (!onProcessor(provider)) await identities(ort, { executionProviders })(new ort.Tensor('float32', Float32Array.of(1), [1]))
  const away = provider === 'webgpu'
  const fetch: Fetch | undefined = away ? async t => (await here.read(ort, t)) as TypedArray : undefined
  const lodge = lodging(ort, fetch, away ? t => here.upload(ort, t) : undefined)
  let lost: string | undefined
  let abort: (error: Error) => void = () => {}
  const lose = (reason: string): void => {
    lost = reason
    abort(new RunError(reason)) // what runs on it may never end
  }
  if (away) void here.lost(ort).then(lose)
  const unlessLost = <T>(work: () => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (lost !== undefined) throw new RunError(lost)
      abort = reject
      work().then(resolve, reject)
    })

  return {
    provider,
    get lost() {
      return lost
    },
    async create({ bytes, inputs, outputs, options }: SessionRequest) {
      const session = await ort.InferenceSession.create(bytes, {
        ...options,
        executionProviders,
        ...(away && { preferredOutputLocation: 'gpu-buffer' }),
      })
      return {
        async run(storages) {
          const feeds: Record<string, Ort.Tensor> = {}
          for (const [i, spec] of inputs.entries()) {
            const tensor = lodge(spec, storages[i]!)
            feeds[spec.name] = tensor instanceof Promise ? await tensor : tensor
          }
          const results = await unlessLost(() => session.run(feeds))
          return outputs.map(name => {
            const tensor = results[name]!
            return new OrtStorage(tensor, tensor.location === 'cpu' ? undefined : fetch)
          })
        },
        async release() {
          if (options.enableProfiling) session.endProfiling()
          await session.release()
        },
      }
    },
  }
}

/** Host numbers are wrapped once, and what a variable stands on is brought to the device once. */
function lodging(ort: typeof Ort, fetch: Fetch | undefined, upload: Upload | undefined) {
  const known = new WeakMap<Storage, OrtStorage>()
  const wrap = (storage: Storage, { dtype, shape }: Spec, data: TypedArray): Ort.Tensor | Promise<Ort.Tensor> => {
    const tensor = new ort.Tensor(dtype, data as never, [...shape])
    const keep = (t: Ort.Tensor, f?: Fetch): Ort.Tensor => {
      known.set(storage, new OrtStorage(t, f))
      return t
    }
    return upload && storage.owners > 0 && data.length ? upload(tensor).then(t => keep(t, fetch)) : keep(tensor)
  }
  /** The tensor of a storage, at once unless a device or another engine must be asked. */
  return (spec: Spec, storage: Storage): Ort.Tensor | Promise<Ort.Tensor> => {
    if (storage instanceof OrtStorage && (!storage.fetch || storage.fetch === fetch)) return storage.tensor
    const there = known.get(storage)
    if (there) return there.tensor
    return storage instanceof HostStorage ? wrap(storage, spec, storage.data) : storage.read().then(data => wrap(storage, spec, data))
  }
}
