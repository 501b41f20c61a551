import { tensor, type Callback, type Tensor } from '@portolan/core'
import type { Picture } from '@portolan/core/draw'
import { tile } from '@portolan/generative'
import { saveGif } from '@portolan/generative/node'

/** What a model makes of the same noise after every epoch, as a GIF. It remembers its frames when a run is gone on with. */
export class Film implements Callback {
  readonly key = 'film'
  #frames: Picture[] = []
  readonly #sample: () => Promise<readonly Picture[]>

  readonly #columns: number
  constructor(sample: () => Promise<readonly Picture[]>, columns = 8) {
    this.#sample = sample
    this.#columns = columns
  }
  async epochEnd(): Promise<void> {
    this.#frames.push(tile(await this.#sample(), { columns: this.#columns, scale: 2 }))
  }
  state(): Tensor[] {
    return this.#frames.map(({ shape, data }) => tensor(Uint8Array.from(data), shape))
  }
  restore(state: unknown): void {
    this.#frames = (state as Tensor[]).map(t => ({ shape: t.shape, data: t.dataSync() as Uint8Array }))
  }
  save(file: string): Promise<void> {
    return saveGif(file, this.#frames, { delay: 250, last: 2000 })
  }
}
