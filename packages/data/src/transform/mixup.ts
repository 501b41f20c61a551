import { RangeError, ShapeError, type HostRng } from '@portolan/core'
import type { Field, Fields } from '../source/array-dataset.ts'
import { boxFields } from './move-sample.ts'

/** Options of `mixup`. */
export interface MixupOptions {
  /** How many classes there are. */
  readonly classes: number
  /** Of the distribution of the shares, above 0: small, and one picture nearly always prevails; by default 0.2. */
  readonly alpha?: number
  /** The class in masks that stands for none: such a pixel is mixed as 0 of every class. */
  readonly ignore?: number
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

/** Pixels or labels of every sample, mixed with its partner's by λ. */
function blend({ data, shape }: Field, partner: ArrayLike<number>, share: number): Field {
  const size = data.length / Math.max(1, shape[0]!)
  const out = new Float32Array(data.length)
  for (let i = 0; i < shape[0]!; i++) {
    const [mine, theirs] = [i * size, partner[i]! * size]
    for (let k = 0; k < size; k++) out[mine + k] = share * data[mine + k]! + (1 - share) * data[theirs + k]!
  }
  return { data: out, shape }
}

/** Classes [n, …] as float32 [n, classes, …], 1 where they are. */
function oneHot(what: string, { data, shape }: Field, classes: number, ignore?: number): Field {
  const inner = data.length / Math.max(1, shape[0]!)
  const out = new Float32Array(data.length * classes)
  data.forEach((v, i) => {
    if (v === ignore) return
    if (!(v >= 0 && v < classes)) throw new RangeError(`mixup: ${what} must be from 0 to ${classes - 1}, got ${v}.`)
    out[(Math.floor(i / inner) * classes + v) * inner + (i % inner)] = 1
  })
  return { data: out, shape: [shape[0]!, classes, ...shape.slice(1)] }
}

/** Each sample's rows [n, k, …] and then its partner's: [n, 2k, …]. */
function joinRows({ data, shape }: Field, partner: ArrayLike<number>): Field {
  const size = data.length / Math.max(1, shape[0]!)
  const out = data instanceof Float32Array ? new Float32Array(2 * data.length) : new Int32Array(2 * data.length)
  for (let i = 0; i < shape[0]!; i++) {
    out.set(data.subarray(i * size, (i + 1) * size), 2 * i * size)
    out.set(data.subarray(partner[i]! * size, (partner[i]! + 1) * size), (2 * i + 1) * size)
  }
  return { data: out, shape: [shape[0]!, 2 * shape[1]!, ...shape.slice(2)] }
}

/**
 * Mixes every picture of a batch with another one: x̃ = λ·x + (1 − λ)·x′, ỹ = λ·y + (1 − λ)·y′ with one λ ~ Beta(α, α) a batch.
 *
 * image: float32 [n, …] → [n, …]; label: int32 [n] → float32 [n, classes], for a loss that takes probabilities; mask: int32 [n, h, w]
 * → float32 [n, classes, h, w]. Boxes of both pictures stay: boxes [n, k, 4] → [n, 2k, 4], their classes likewise, and `weight`
 * float32 [n, 2k] is the share of the picture that each comes from, 0 where there is no box (class −1). It comes after `toFloat`.
 *
 * H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", arXiv:1710.09412 (2017); for boxes Z. Zhang et al., "Bag of Freebies
 * for Training Object Detection Neural Networks", arXiv:1902.04103 (2019).
 *
 * @throws RangeError when an option or a class is out of its range; ShapeError, for a batch, when its fields are not so.
 *
 * @example
 * const soften = mixup({ classes: 10 })
 * loader(train, { batchSize: 128, shuffle: true, transform: (batch, rng) => soften(toFloat()(batch), rng) })
 */
export function mixup({ classes, alpha = 0.2, ignore }: MixupOptions): (batch: Fields, rng: HostRng) => Fields {
  if (!Number.isInteger(classes) || classes < 1)
    throw new RangeError(`mixup: classes must be a whole number of at least 1, got ${classes}.`)
  if (!(alpha > 0 && Number.isFinite(alpha))) throw new RangeError(`mixup: alpha must be above 0, got ${alpha}.`)
  return (batch, rng) => {
    const { image, label, mask, boxes } = batch
    const n = image?.shape[0] ?? 0
    const fits = (field: Field | undefined, axes: number): boolean => !field || (field.shape.length === axes && field.shape[0] === n)
    if (!(image?.data instanceof Float32Array) || !(label ?? mask ?? boxes) || !fits(label, 1) || !fits(mask, 3) || !fits(boxes, 3))
      throw new ShapeError(
        `mixup: a batch needs image float32 [n, …] and label [n], mask [n, h, w] or boxes [n, k, 4], got ${image?.data.constructor.name} [${image?.shape}] and [${(label ?? mask ?? boxes)?.shape}]. Apply toFloat first.`,
      )
    const targets = {
      ...(label && { label: oneHot('labels', label, classes) }),
      ...(mask && { mask: oneHot('classes in masks', mask, classes, ignore) }),
    }
    const partner = rng.permutation(n)
    const [one, other] = [gamma(alpha, rng), gamma(alpha, rng)]
    const share = one + other > 0 ? one / (one + other) : 1
    const mixed: Record<string, Field> = { ...batch }
    for (const [name, field] of Object.entries({ image, ...targets })) mixed[name] = blend(field, partner, share)
    if (boxes) {
      for (const name of ['boxes', ...boxFields]) if (batch[name]) mixed[name] = joinRows(batch[name], partner)
      const k = 2 * boxes.shape[1]!
      const isBox = (i: number): boolean => (mixed.classes?.data[i] ?? 0) >= 0
      const data = Float32Array.from({ length: n * k }, (_, i) => (isBox(i) ? (i % k < k / 2 ? share : 1 - share) : 0))
      mixed.weight = { data, shape: [n, k] }
    }
    return mixed
  }
}
