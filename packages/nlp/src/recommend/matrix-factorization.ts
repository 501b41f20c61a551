import { Buffer, concrete, constant, Embedding, Module, normal, type Tensor } from '@portolan/core'
import { checkCounts } from '../classify/text-options.ts'

/** Options of `MatrixFactorization`. */
export interface RatingOptions {
  users: number
  items: number
  /** Numbers that describe a user, and an item; 0: ratings come from the biases alone. Default 32. */
  dim?: number
  /** What a rating is before anything is known of it: the mean of the training set; default 0. */
  mean?: number
}

/**
 * Foretells ratings from what users and items have in common: μ + bᵤ + bᵢ + pᵤ·qᵢ.
 *
 * user, item: int32 [n] → ratings [n]. Parameters: user_bias, item_bias, user_factors, item_factors; buffer: mean. Regularize it: `penalty`.
 * Koren, Bell and Volinsky, "Matrix Factorization Techniques for Recommender Systems", 2009.
 * @throws RangeError for an option out of range.
 * @example
 * const model = new MatrixFactorization({ users: 610, items: 9742, mean: 3.5 })
 * mse(model.forward(user, item), rating).add(model.penalty(user, item).mul(0.05))
 */
export class MatrixFactorization extends Module {
  readonly mean: Buffer
  readonly userBias: Embedding
  readonly itemBias: Embedding
  readonly userFactors: Embedding | undefined
  readonly itemFactors: Embedding | undefined
  constructor({ users, items, dim = 32, mean = 0 }: RatingOptions) {
    super()
    checkCounts('MatrixFactorization', { users, items, ...(dim !== 0 && { dim }) })
    this.mean = new Buffer(concrete([1], mean))
    this.userBias = new Embedding(users, 1, { init: constant(0) })
    this.itemBias = new Embedding(items, 1, { init: constant(0) })
    this.userFactors = dim ? new Embedding(users, dim, { init: normal(0.1) }) : undefined
    this.itemFactors = dim ? new Embedding(items, dim, { init: normal(0.1) }) : undefined
  }
  /** user, item: int32 [n] → ratings [n] */
  forward(user: Tensor, item: Tensor): Tensor {
    const biases = this.userBias.forward(user).add(this.itemBias.forward(item)).squeeze(-1).add(this.mean.value)
    if (!this.userFactors || !this.itemFactors) return biases
    return biases.add(this.userFactors.forward(user).mul(this.itemFactors.forward(item)).sum(-1))
  }

  /**
   * What is learned of these users and items, squared: mean(bᵤ² + bᵢ² + |pᵤ|² + |qᵢ|²). Who rates much is held down as often as he is
   * learned from, as in the paper.
   *
   * user, item: int32 [n] → []
   */
  penalty(user: Tensor, item: Tensor): Tensor {
    const squares = (table: Embedding, ids: Tensor): Tensor => table.forward(ids).square().sum(-1).mean()
    const biases = squares(this.userBias, user).add(squares(this.itemBias, item))
    if (!this.userFactors || !this.itemFactors) return biases
    return biases.add(squares(this.userFactors, user)).add(squares(this.itemFactors, item))
  }
}
