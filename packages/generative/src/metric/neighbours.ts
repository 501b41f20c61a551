import { compile, concat, RangeError, tensor, type Engine, type Tensor } from '@portolan/core'
import { checkWidths, rowsOf, type FeatureRows } from './feature-rows.ts'

/** Options of figures that compare samples with their neighbours. */
export interface NeighbourOptions {
  /** What computes; without one it is done op by op. */
  engine?: Engine
}

/** How many distances are there at once, at most. */
const atOnce = 2 ** 24

/** ‖aᵢ − bⱼ‖². a: [n, d], b: [m, d] → [n, m] */
const squares = (a: Tensor, b: Tensor): Tensor =>
  a
    .square()
    .sum(1, true)
    .add(b.square().sum(1))
    .sub(a.matmul(b, { transposeB: true }).mul(2))
    .relu()

/** Asks something of the rows of `a`, some at a time: all, and as many numbers of `extra` as there are rows. → one number for each row */
async function ask(
  name: string,
  a: FeatureRows,
  b: FeatureRows,
  { engine }: NeighbourOptions,
  f: (a: Tensor, b: Tensor) => Tensor,
): Promise<Float32Array> {
  const [p, q] = [await rowsOf(name, a, 1), await rowsOf(name, b, 1)]
  checkWidths(name, p, q)
  const run = compile(f, { engine })
  const others = tensor(new Float32Array(q.data), [q.n, q.d])
  const rows = Math.max(1, Math.min(p.n, Math.floor(atOnce / q.n)))
  const found = new Float32Array(p.n)
  const all = new Float32Array(p.data)
  try {
    for (let from = 0; from < p.n; from += rows) {
      const to = Math.min(p.n, from + rows)
      found.set(await (await run(tensor(all.slice(from * p.d, to * p.d), [to - from, p.d]), others)).data(), from)
    }
  } finally {
    await run.dispose()
  }
  return found
}

/**
 * Of each sample the distance to the nearest of others: whether a model has learned its training set by heart.
 *
 * samples: [n, d], others: [m, d] → n distances ‖a − b‖₂
 * @throws ShapeError if they are no rows of one length.
 * @example
 * const distances = await nearestDistances(made.flatten(1), train.flatten(1), { engine: onnx() })
 */
export async function nearestDistances(samples: FeatureRows, others: FeatureRows, options: NeighbourOptions = {}): Promise<Float32Array> {
  return ask('nearestDistances', samples, others, options, (a, b) => squares(a, b).min(1).sqrt())
}

/** Options of `precisionRecall`. */
export interface PrecisionRecallOptions extends NeighbourOptions {
  /** The distance to which neighbour is the radius of a sample's ball, from 1; default 3. */
  k?: number
}

/**
 * Improved precision and recall: the share of made samples that lie in the manifold of the real ones, and the reverse. A manifold is
 * the balls around its samples, each as large as the distance to the k-th nearest of its own.
 *
 * real: [n, d], made: [m, d], n, m > k → both in 0 … 1. It compares only for equal k and numbers of samples.
 * Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing Generative Models", 2019.
 * @throws ShapeError if they are no rows of one length; RangeError for k.
 * @example
 * const { precision, recall } = await precisionRecall(await featuresOf(test), await featuresOf(samples))
 */
export async function precisionRecall(
  real: FeatureRows,
  made: FeatureRows,
  { k = 3, ...options }: PrecisionRecallOptions = {},
): Promise<{ precision: number; recall: number }> {
  if (!(Number.isInteger(k) && k > 0 && k < Math.min(real.shape[0] ?? 0, made.shape[0] ?? 0)))
    throw new RangeError(
      `precisionRecall: k must be from 1 to below the number of samples, got ${k} of [${real.shape}] and [${made.shape}]`,
    )
  const inside = async (samples: FeatureRows, manifold: FeatureRows): Promise<number> => {
    const { d, data, n } = await rowsOf('precisionRecall', manifold, 1)
    // the nearest of its own is a sample itself
    const radii = await ask('precisionRecall', manifold, manifold, options, (a, b) => squares(a, b).topK(k + 1, { largest: false }).values.slice(1, k).squeeze(1)) // prettier-ignore
    const withRadius = new Float32Array(n * (d + 1))
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < d; j++) withRadius[i * (d + 1) + j] = data[i * d + j]!
      withRadius[i * (d + 1) + d] = radii[i]!
    }
    const padded = await rowsOf('precisionRecall', samples, 1)
    const given = tensor(new Float32Array(padded.data), [padded.n, d])
    const within = await ask(
      'precisionRecall',
      concat([given, tensor(new Float32Array(padded.n), [padded.n, 1])], 1),
      { data: withRadius, shape: [n, d + 1] },
      options,
      (a, b) =>
        squares(a.slice(1, 0, d), b.slice(1, 0, d))
          .lessEqual(b.slice(1, d).squeeze(1))
          .cast('float32')
          .max(1),
    )
    return within.reduce((sum, v) => sum + v, 0) / padded.n
  }
  return { precision: await inside(made, real), recall: await inside(real, made) }
}
