// What runs in the worker: it must import no package, for a worker of a plain page knows no names of packages.
import type { Ort, OrtModule } from '../platform.ts'
import type { Provider } from '../provider.ts'
import type { Kind, Line, Numbers, Reply, Request, Requests } from './protocol.ts'

/** What serving needs of the place where it happens. */
export interface Place {
  load(start: Requests['start']): Promise<OrtModule>
  read(tensor: Ort.Tensor): Promise<Ort.Tensor.DataType>
  upload(ort: OrtModule, tensor: Ort.Tensor): Promise<Ort.Tensor>
  lost(ort: OrtModule): Promise<string>
}

/** Answers requests in the order in which they come, and keeps sessions and tensors by number. */
export function serve(line: Line, { load, read, upload, lost }: Place): void {
  let ort: OrtModule
  let provider: Provider
  const sessions = new Map<number, Ort.InferenceSession>()
  const tensors = new Map<number, Ort.Tensor>()

  const answers: { [K in Kind]: (body: Requests[K]) => unknown } = {
    async start(start) {
      provider = start.provider
      ort = await load(start)
      await ort.InferenceSession.create(start.anchor, { executionProviders: [provider], logSeverityLevel: 4 })
      if (provider === 'webgpu') void lost(ort).then(reason => line.post({ lost: reason } satisfies Reply))
    },
    async create({ session, bytes, options }) {
      const away = provider === 'webgpu'
      const made = await ort.InferenceSession.create(bytes, {
        ...options,
        executionProviders: [provider],
        ...(away && { preferredOutputLocation: 'gpu-buffer' }),
      })
      sessions.set(session, made)
    },
    async run({ session, feeds, outputs }) {
      const inputs: Record<string, Ort.Tensor> = {}
      for (const [name, feed] of Object.entries(feeds)) {
        if (typeof feed === 'number') inputs[name] = tensors.get(feed)!
        else {
          const { dtype, dims, data, keep } = feed
          inputs[name] = new ort.Tensor(dtype, data as never, dims)
          if (keep === undefined) continue
          if (provider === 'webgpu' && data.length) inputs[name] = await upload(ort, inputs[name])
          tensors.set(keep, inputs[name])
        }
      }
      const results = await sessions.get(session)!.run(inputs)
      const small: Record<string, Numbers> = {}
      for (const [name, number] of Object.entries(outputs)) {
        const tensor = results[name]!
        tensors.set(number, tensor)
        if (tensor.location === 'cpu' && tensor.size <= 16) small[name] = tensor.data as Numbers
      }
      return small
    },
    async read({ tensor }) {
      const numbers = (await read(tensors.get(tensor)!)) as Numbers
      return numbers.slice()
    },
    free({ tensors: numbers }) {
      for (const n of numbers) {
        tensors.get(n)?.dispose()
        tensors.delete(n)
      }
    },
    async release({ session }) {
      await sessions.get(session)?.release()
      sessions.delete(session)
    },
  }

  const answer = async ({ id, kind, body }: Request): Promise<void> => {
    try {
      const value = await (answers[kind] as (body: unknown) => unknown)(body)
      line.post({ id, value } satisfies Reply, ArrayBuffer.isView(value) ? [value.buffer] : [])
    } catch (error) {
      line.post({ id, error: error instanceof Error ? error.message : String(error) } satisfies Reply)
    }
  }
  let last = Promise.resolve()
  line.listen(request => void (last = last.then(() => answer(request))))
}
