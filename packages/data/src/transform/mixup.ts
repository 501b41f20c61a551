import { RangeError, ShapeError, type HostRng } from '@portolan/core'
import type { Field, Fields } from '../source/array-dataset.ts'

export interface MixupOptions {
  /** How many classes there are. */
  readonly classes: number
  /** Of the distribution of the shares, above 0: small, and one picture nearly always prevails; by default 0.2. */
  readonly alpha?: number
}

/** A number of the gamma distribution of scale 1 (Marsaglia and Tsang 2000; below 1 by their boost). */
function gamma(shape: number, rng: HostRng): number {
  if (shape < 1) return gamma(shape + 1, rng) * (1 - rng.uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  for (;;) {
    const x = rng.normal()
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/**
 * Mixes every picture of a batch with another one: x̃ = λ·x + (1 − λ)·x′, ỹ = λ·y + (1 − λ)·y′ with one λ ~ Beta(α, α) a batch.
 *
 * image: float32 [n, …] → [n, …]; label: int32 [n] → float32 [n, classes], for a loss that takes probabilities. It comes after
 * `toFloat`.
 *
 * H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", arXiv:1710.09412 (2017).
 *
 * @throws RangeError when an option or a label is out of its range; ShapeError, for a batch, when image or label are not so.
 *
 * @example
 * const soften = mixup({ classes: 10 })
 * loader(train, { batchSize: 128, shuffle: true, transform: (batch, rng) => soften(toFloat()(batch), rng) })
 */
export function mixup({ classes, alpha = 0.2 }: MixupOptions): (batch: Fields, rng: HostRng) => Fields {
  if (!Number.isInteger(classes) || classes < 1)
    throw new RangeError(`mixup: classes must be a whole number of at least 1, got ${classes}.`)
  if (!(alpha > 0 && Number.isFinite(alpha))) throw new RangeError(`mixup: alpha must be above 0, got ${alpha}.`)
  return (batch, rng) => {
    const { image, label } = batch
    if (!(image?.data instanceof Float32Array) || label?.shape.length !== 1 || label.shape[0] !== image.shape[0])
      throw new ShapeError(
        `mixup: a batch needs image float32 [n, …] and label [n], got ${image?.data.constructor.name} [${image?.shape}] and [${label?.shape}]. Apply toFloat first.`,
      )
    const bad = label.data.find(v => v < 0 || v >= classes)
    if (bad !== undefined) throw new RangeError(`mixup: labels must be from 0 to ${classes - 1}, got ${bad}.`)
    const n = label.shape[0]!
    const partner = rng.permutation(n)
    const [one, other] = [gamma(alpha, rng), gamma(alpha, rng)]
    const share = one + other > 0 ? one / (one + other) : 1
    const size = image.data.length / Math.max(1, n)
    const pixels = new Float32Array(image.data.length)
    const y = new Float32Array(n * classes)
    for (let i = 0; i < n; i++) {
      const [mine, theirs] = [i * size, partner[i]! * size]
      for (let k = 0; k < size; k++) pixels[mine + k] = share * image.data[mine + k]! + (1 - share) * image.data[theirs + k]!
      y[i * classes + label.data[i]!]! += share
      y[i * classes + label.data[partner[i]!]!]! += 1 - share
    }
    const mixed: Record<string, Field> = { ...batch, image: { data: pixels, shape: image.shape }, label: { data: y, shape: [n, classes] } }
    return mixed
  }
}
