import { Module, RangeError, type Layer, type Sequential, type Tensor } from '@portolan/core'

/**
 * What comes out of some layers of a sequence, by names of one's own: the features of a style transfer.
 *
 * layers: a Sequential; at: the number of each layer → forward: x → { name: its output }. What is behind the last of them is not run.
 * @throws RangeError for a layer that is not there.
 * @example
 * new LayerMaps(new VGG(16).features, { relu1: 1, relu2: 6 }).forward(x).relu2   // [n, 128, h / 2, w / 2]
 */
export class LayerMaps extends Module {
  readonly layers: Sequential
  readonly #names: ReadonlyMap<number, string>
  readonly #last: number
  constructor(layers: Sequential, at: Readonly<Record<string, number>>) {
    super()
    const missing = Object.entries(at).find(([, i]) => !layers[i])
    if (missing || !Object.keys(at).length)
      throw new RangeError(`LayerMaps: each name must stand for a layer, got ${missing ? `${missing[0]}: ${missing[1]}` : 'no names'}`)
    this.layers = layers
    this.#names = new Map(Object.entries(at).map(([name, i]) => [i, name]))
    this.#last = Math.max(...Object.values(at))
  }
  /** x: what the first layer takes → the maps by their names */
  forward(x: Tensor): Record<string, Tensor> {
    const maps: Record<string, Tensor> = {}
    for (let i = 0; i <= this.#last; i++) {
      x = (this.layers[i] as Layer).forward(x)
      const name = this.#names.get(i)
      if (name !== undefined) maps[name] = x
    }
    return maps
  }
}
