import { checkLengths, type Accumulator, type Numbers } from './accumulator.ts'

/**
 * Coefficient of determination: 1 − Σ(y − x)² / Σ(y − ȳ)²: 1 is perfect, 0 no better than the mean of the targets. NaN below two
 * examples; where all targets are equal, 1 if every prediction is right, else 0.
 * @example
 * const r2 = new R2()
 * r2.add(await prediction.data(), await target.data())
 */
export class R2 implements Accumulator<[predictions: Numbers, targets: Numbers]> {
  #n = 0
  #mean = 0
  /** Σ(y − ȳ)² */
  #spread = 0
  #residue = 0

  /** @throws ShapeError unless there is a target for each prediction. */
  add(predictions: Numbers, targets: Numbers): void {
    checkLengths('R2.add', predictions, targets)
    for (let i = 0; i < targets.length; i++) {
      this.#join(1, targets[i]!, 0)
      this.#residue += (targets[i]! - predictions[i]!) ** 2
    }
  }
  merge(other: R2): void {
    this.#join(other.#n, other.#mean, other.#spread)
    this.#residue += other.#residue
  }
  value(): number {
    if (this.#n < 2) return NaN
    return this.#spread === 0 ? Number(this.#residue === 0) : 1 - this.#residue / this.#spread
  }
  reset(): void {
    this.#n = this.#mean = this.#spread = this.#residue = 0
  }

  /** Chan et al., 1979: without the cancellation of Σy² − nȳ². */
  #join(n: number, mean: number, spread: number): void {
    if (!n) return
    const all = this.#n + n
    const apart = mean - this.#mean
    this.#spread += spread + apart ** 2 * ((this.#n * n) / all)
    this.#mean += (apart * n) / all
    this.#n = all
  }
}
