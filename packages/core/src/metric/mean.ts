import { ShapeError } from '../errors.ts'
import { checkLengths, type Accumulator, type Numbers } from './accumulator.ts'

/**
 * Σ w·x / Σ w of all numbers; NaN before there are any.
 * @example
 * const loss = new Mean()
 * loss.add(0.5, 64)                            // a batch of 64 with this mean
 * loss.add([0.4, 0.6])                         // single losses
 * loss.value()
 */
export class Mean implements Accumulator<[values: number | Numbers, weights?: number | Numbers]> {
  #sum = 0
  #weight = 0

  /** Adds numbers with their weights, by default 1. @throws ShapeError unless there is one weight for all, or one for each. */
  add(values: number | Numbers, weights: number | Numbers = 1): void {
    const x = typeof values === 'number' ? [values] : values
    if (typeof weights !== 'number' && weights.length !== x.length)
      throw new ShapeError(`Mean.add: ${x.length} numbers need as many weights or one, got ${weights.length}.`)
    for (let i = 0; i < x.length; i++) {
      const w = typeof weights === 'number' ? weights : weights[i]!
      this.#sum += w * x[i]!
      this.#weight += w
    }
  }
  merge(other: Mean): void {
    this.#sum += other.#sum
    this.#weight += other.#weight
  }
  value(): number {
    return this.#sum / this.#weight
  }
  reset(): void {
    this.#sum = this.#weight = 0
  }
}

/**
 * e to the mean loss in nats: among how many equally likely tokens a model hesitates.
 * @example
 * const perplexity = new Perplexity()
 * perplexity.add(await loss.item(), tokensInBatch)
 */
export class Perplexity extends Mean {
  override value(): number {
    return Math.exp(super.value())
  }
}

/** Mean of what a pair of numbers costs. */
abstract class PairMean implements Accumulator<[predictions: Numbers, targets: Numbers]> {
  readonly #mean = new Mean()
  /** What one pair costs. */
  protected abstract cost(prediction: number, target: number): number

  /** @throws ShapeError unless there is a target for each prediction. */
  add(predictions: Numbers, targets: Numbers): void {
    checkLengths(`${this.constructor.name}.add`, predictions, targets)
    this.#mean.add(Float64Array.from(predictions, (p, i) => this.cost(p, targets[i]!)))
  }
  merge(other: this): void {
    this.#mean.merge(other.#mean)
  }
  /** The mean so far; NaN before there are examples. */
  value(): number {
    return this.#mean.value()
  }
  reset(): void {
    this.#mean.reset()
  }
}

/**
 * Mean absolute error: Σ|x − y| / n; NaN before there are examples.
 * @example
 * const mae = new Mae()
 * mae.add(await prediction.data(), await target.data())
 */
export class Mae extends PairMean {
  /** |prediction − target| */
  protected cost(prediction: number, target: number): number {
    return Math.abs(prediction - target)
  }
}

/**
 * Root of the mean squared error: √(Σ(x − y)² / n); NaN before there are examples.
 * @example
 * const rmse = new Rmse()
 * rmse.add(await prediction.data(), await target.data())
 */
export class Rmse extends PairMean {
  /** (prediction − target)² */
  protected cost(prediction: number, target: number): number {
    return (prediction - target) ** 2
  }
  /** The root of the mean so far; NaN before there are examples. */
  override value(): number {
    return Math.sqrt(super.value())
  }
}
