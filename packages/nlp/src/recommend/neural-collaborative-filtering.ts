import { concat, Dropout, Embedding, Linear, Module, normal, RangeError, type Tensor } from '@portolan/core'
import { checkCounts } from '../classify/text-options.ts'

/** Options of `NeuralCollaborativeFiltering`. */
export interface NeuralCollaborativeFilteringOptions {
  users: number
  items: number
  /** Factors of the part that multiplies; default 8. */
  dim?: number
  /** Widths of the layers of the part that mixes, from its input, a user's and an item's numbers side by side; the first is even; default 64, 32, 16, 8. */
  layers?: readonly number[]
  /** In training, before each layer, 0 ≤ p < 1; default 0. */
  dropout?: number
}

/**
 * Tells how much a user likes an item, from a product of factors and a small network on others: h·[pᵤ ⊙ qᵢ, MLP[mᵤ, nᵢ]] + b.
 *
 * user, item: int32 [n] → scores [n]: logits of liking it, or ratings. Parameters: gmf_user, gmf_item, mlp_user, mlp_item, mlp, out.
 * He et al., "Neural Collaborative Filtering", 2017 (NeuMF).
 * @throws RangeError for an option out of range.
 * @example
 * binaryCrossEntropyWithLogits(new NeuralCollaborativeFiltering({ users, items }).forward(user, item), liked)
 */
export class NeuralCollaborativeFiltering extends Module {
  readonly gmfUser: Embedding
  readonly gmfItem: Embedding
  readonly mlpUser: Embedding
  readonly mlpItem: Embedding
  readonly mlp: readonly Linear[]
  readonly dropout: Dropout
  readonly out: Linear
  constructor({ users, items, dim = 8, layers = [64, 32, 16, 8], dropout = 0 }: NeuralCollaborativeFilteringOptions) {
    super()
    checkCounts('NeuralCollaborativeFiltering', { users, items, dim, 'the number of layers': layers.length })
    for (const width of layers) checkCounts('NeuralCollaborativeFiltering', { 'each layer': width })
    if (layers[0]! % 2) throw new RangeError(`NeuralCollaborativeFiltering: the first of layers must be even, got ${layers[0]}`)
    const table = (count: number, d: number): Embedding => new Embedding(count, d, { init: normal(0.01) })
    this.gmfUser = table(users, dim)
    this.gmfItem = table(items, dim)
    this.mlpUser = table(users, layers[0]! / 2)
    this.mlpItem = table(items, layers[0]! / 2)
    this.mlp = layers.slice(1).map((width, i) => new Linear(layers[i]!, width))
    this.dropout = new Dropout(dropout)
    this.out = new Linear(dim + layers.at(-1)!, 1)
  }
  /** user, item: int32 [n] → scores [n] */
  forward(user: Tensor, item: Tensor): Tensor {
    const product = this.gmfUser.forward(user).mul(this.gmfItem.forward(item))
    const pair = concat([this.mlpUser.forward(user), this.mlpItem.forward(item)], -1)
    const mixed = this.mlp.reduce((x, layer) => layer.forward(this.dropout.forward(x)).relu(), pair)
    return this.out.forward(concat([product, mixed], -1)).squeeze(-1)
  }
}
