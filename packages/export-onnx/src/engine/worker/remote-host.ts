import { RunError } from '@portolan/core'
import { HostStorage, Storage, type TypedArray } from '@portolan/core/engine'
import { identityModel } from '../identity.ts'
import { readBacks, unreadable } from '../ort-storage.ts'
import type { Host, Port } from '../session.ts'
import type { Feed, Kind, Line, Numbers, Reply, Requests } from './protocol.ts'

type Ask = <K extends Kind>(kind: K, body: Requests[K]) => Promise<unknown>

/** onnxruntime in another thread: this one only hands over numbers and is handed what it asks for. */
export async function remoteHost(line: Line, start: Omit<Requests['start'], 'anchor'>): Promise<Host> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let [next, lost]: [number, string | undefined] = [0, undefined]
  line.listen((reply: Reply) => {
    if ('lost' in reply) {
      lost = reply.lost
      for (const { reject } of waiting.values()) reject(new RunError(lost))
      waiting.clear()
      return
    }
    const asked = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (reply.error === undefined) asked?.resolve(reply.value)
    else asked?.reject(new RunError(reply.error))
  })
  const ask: Ask = (kind, body) =>
    new Promise((resolve, reject) => {
      if (lost !== undefined) return reject(new RunError(lost))
      const id = next++
      waiting.set(id, { resolve, reject })
      line.post({ id, kind, body })
    })
  await ask('start', { ...start, anchor: identityModel('float32', 1) })
  const shelf = new Shelf(ask)

  return {
    provider: start.provider,
    get lost() {
      return lost
    },
    async create({ bytes, inputs, outputs, options }) {
      const session = next++
      await ask('create', { session, bytes, options })
      return {
        async run(storages) {
          const feeds: Record<string, Feed> = {}
          for (const [i, port] of inputs.entries()) feeds[port.name] = await shelf.feed(port, storages[i]!)
          const numbers = Object.fromEntries(outputs.map(name => [name, next++]))
          const small = (await ask('run', { session, feeds, outputs: numbers })) as Record<string, Numbers>
          return outputs.map(name => new RemoteStorage(shelf, numbers[name]!, small[name]))
        },
        release: async () => void (await ask('release', { session })),
      }
    },
  }
}

/** What the worker keeps for this thread. */
class Shelf {
  readonly #sent = new WeakMap<Storage, RemoteStorage>()
  readonly #garbage = new FinalizationRegistry<number>(n => this.free(n))
  #next = -1
  constructor(readonly ask: Ask) {}

  /** Under which number the worker has a storage, or its numbers. What a variable stands on is sent once. */
  async feed({ dtype, shape }: Port, storage: Storage): Promise<Feed> {
    const there = storage instanceof RemoteStorage && storage.shelf === this ? storage : this.#sent.get(storage)
    if (there) return there.number
    const data = storage instanceof HostStorage ? storage.data : await storage.read()
    let keep: number | undefined
    if (storage.owners > 0) this.#sent.set(storage, new RemoteStorage(this, (keep = this.#next--), data))
    return { dtype, dims: shape, data, keep }
  }
  register(storage: RemoteStorage): void {
    this.#garbage.register(storage, storage.number, storage)
  }
  free(number: number): void {
    this.ask('free', { tensors: [number] }).catch(() => {}) // a worker that is gone keeps nothing
  }
  forget(storage: RemoteStorage): void {
    this.#garbage.unregister(storage)
    this.free(storage.number)
  }
}

/** Numbers in the worker, until somebody reads them. */
class RemoteStorage extends Storage {
  #fetched: Promise<TypedArray> | undefined
  constructor(
    readonly shelf: Shelf,
    readonly number: number,
    readonly known?: TypedArray,
  ) {
    super()
    shelf.register(this)
  }
  override async read(): Promise<TypedArray> {
    if (this.known) return this.known
    if (!this.#fetched) readBacks.count++
    return (this.#fetched ??= this.shelf.ask('read', { tensor: this.number }) as Promise<TypedArray>)
  }
  override readSync(): TypedArray {
    if (this.known) return this.known
    throw unreadable()
  }
  override dispose(): void {
    this.shelf.forget(this)
  }
}
