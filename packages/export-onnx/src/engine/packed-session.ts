import { HostStorage, size, Storage, type Graph, type Spec, type TypedArray } from '@portolan/core/engine'
import type { Packed } from '../pass/pack-state.ts'
import type { Session } from './session.ts'

/** A session of a packed graph, which takes and gives what the graph did before it was packed. */
export const unpacked = (session: Session, { inputs, outputs }: Packed, given: Graph): Session => ({
  async run(storages) {
    const feeds: Storage[] = []
    for (const places of inputs) {
      const parts = places.map(i => storages[i]!)
      feeds.push(
        parts.length === 1
          ? parts[0]!
          : (wholeOf(parts) ??
              (await joined(
                places.map(i => given.inputs[i]!),
                parts,
              ))),
      )
    }
    const made: Storage[] = []
    for (const [k, whole] of (await session.run(feeds)).entries()) {
      const places = outputs[k]!
      const kept = { parts: places.length }
      let from = 0
      for (const i of places) {
        const length = size(given.outputs[i]!.shape)
        made[i] = places.length === 1 ? whole : new PartStorage(whole, from, length, kept)
        from += length
      }
    }
    return made
  },
  release: () => session.release(),
})

/** A part of a vector, which lives as long as any of its parts: `kept` counts them. */
class PartStorage extends Storage {
  constructor(
    readonly whole: Storage,
    readonly from: number,
    readonly length: number,
    readonly kept: { parts: number },
  ) {
    super()
  }
  #cut = (data: TypedArray): TypedArray => data.slice(this.from, this.from + this.length)
  override async read(): Promise<TypedArray> {
    return this.#cut(await this.whole.read())
  }
  override readSync(): TypedArray {
    return this.#cut(this.whole.readSync())
  }
  #gone = false
  override dispose(): void {
    if (!this.#gone && --this.kept.parts === 0) this.whole.dispose()
    this.#gone = true
  }
}

/** The vector that these are all of, in order. */
function wholeOf(parts: readonly Storage[]): Storage | undefined {
  const [first] = parts
  if (!(first instanceof PartStorage)) return undefined
  let from = 0
  for (const part of parts) {
    if (!(part instanceof PartStorage) || part.whole !== first.whole || part.from !== from) return undefined
    from += part.length
  }
  return first.whole
}

async function joined(specs: readonly Spec[], parts: readonly Storage[]): Promise<Storage> {
  const data = new Float32Array(specs.reduce((sum, s) => sum + size(s.shape), 0))
  let from = 0
  for (const [i, part] of parts.entries()) {
    data.set(await part.read(), from)
    from += size(specs[i]!.shape)
  }
  return new HostStorage(data)
}
