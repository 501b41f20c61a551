import {
  accuracy,
  adam,
  compile,
  crossEntropy,
  HostRng,
  Linear,
  RangeError,
  ShapeError,
  tensor,
  type Engine,
  type Tensor,
  type TypedArray,
} from '@portolan/core'
import type { CachedField } from '../transfer/cache-features.ts'

/** Vectors of pictures, and of which class each is. features: [n, d], label: int32 [n]: what `cacheFeatures` gives. */
export interface LabelledFeatures {
  readonly features: CachedField
  readonly label: CachedField
}

/** @throws ShapeError unless there is a label for each vector. */
function check(name: string, { features, label }: LabelledFeatures): { n: number; d: number; data: TypedArray; labels: TypedArray } {
  const [n, d] = features.shape as [number, number]
  if (features.shape.length !== 2 || label.shape[0] !== n)
    throw new ShapeError(`${name}: features must be [n, d] with n labels, got [${features.shape}] and [${label.shape}]`)
  return { n, d, data: features.data, labels: label.data }
}

/** Options of `linearProbe`. */
export interface LinearProbeOptions {
  /** Default 100. */
  epochs?: number
  /** Vectors in a step; default 256. */
  batchSize?: number
  /** Learning rate of Adam, falling along a half cosine; default 0.01. */
  rate?: number
  /** Of weights and order; default 0. */
  seed?: number
  engine?: Engine
}

/**
 * How good features are: the accuracy on unseen pictures of a linear classifier on frozen features, standardized by the training set.
 *
 * train, test: vectors with labels 0 … classes − 1 → the share of the test set that is right, and of the training set
 * @throws ShapeError if they do not fit; RangeError for options.
 * @example
 * const features = new GlobalFeatures(model.query.backbone)
 * const vectors = async (set: ArrayDataset) => (await cacheFeatures(features, loader(set), { engine: onnx() })) as unknown as LabelledFeatures
 * const { test } = await linearProbe(await vectors(labelled), await vectors(held))
 */
export async function linearProbe(
  train: LabelledFeatures,
  test: LabelledFeatures,
  { epochs = 100, batchSize = 256, rate = 0.01, seed = 0, engine }: LinearProbeOptions = {},
): Promise<{ train: number; test: number }> {
  const [seen, unseen] = [check('linearProbe', train), check('linearProbe', test)]
  if (seen.d !== unseen.d) throw new ShapeError(`linearProbe: both sets must have as many features, got ${seen.d} and ${unseen.d}`)
  if (![epochs, batchSize].every(v => Number.isInteger(v) && v > 0))
    throw new RangeError(`linearProbe: epochs and batchSize must be whole numbers of at least 1, got ${epochs} and ${batchSize}`)
  const { n, d } = seen
  const classes = classesOf(seen.labels)
  const [mean, scale] = standard(seen)
  const rows = ({ data, labels }: typeof seen, which: ArrayLike<number>): [Tensor, Tensor] => {
    const x = new Float32Array(which.length * d)
    for (let i = 0; i < which.length; i++) for (let j = 0; j < d; j++) x[i * d + j] = (data[which[i]! * d + j]! - mean[j]!) * scale[j]!
    return [tensor(x, [which.length, d]), tensor(Int32Array.from({ length: which.length }, (_, i) => labels[which[i]!]!))]
  }
  const rng = new HostRng(seed)
  const steps = epochs * Math.ceil(n / batchSize)
  const head = new Linear(d, classes, { init: () => () => 0.01 * rng.normal() })
  const optimizer = adam(rate, {
    schedule: step =>
      step
        .mul(Math.PI / steps)
        .cos()
        .add(1)
        .mul(0.5),
  }).init(head)
  const learn = compile((x: Tensor, y: Tensor) => optimizer.minimize(head, () => crossEntropy(head.forward(x), y)), { engine })
  const judge = compile((x: Tensor, y: Tensor) => accuracy(head.forward(x), y), { engine })
  const judged = async (set: typeof seen): Promise<number> => {
    let right = 0
    for (let from = 0; from < set.n; from += 4096) {
      const which = Array.from({ length: Math.min(4096, set.n - from) }, (_, i) => from + i)
      right += which.length * (await (await judge(...rows(set, which))).item())
    }
    return right / set.n
  }
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = rng.permutation(n)
      for (let from = 0; from < n; from += batchSize) await learn(...rows(seen, order.subarray(from, from + batchSize)))
    }
    return { train: await judged(seen), test: await judged(unseen) }
  } finally {
    await Promise.all([learn.dispose(), judge.dispose()])
  }
}

/** Labels are 0 … classes − 1. */
const classesOf = (labels: TypedArray): number => Array.from(labels).reduce((most, v) => Math.max(most, v), 0) + 1

/** Means, and one over standard deviations, of the columns. */
function standard({ n, d, data }: { n: number; d: number; data: TypedArray }): [Float64Array, Float64Array] {
  const [mean, square] = [new Float64Array(d), new Float64Array(d)]
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) mean[j]! += data[i * d + j]! / n
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) square[j]! += (data[i * d + j]! - mean[j]!) ** 2 / n
  return [mean, square.map(v => 1 / Math.sqrt(v + 1e-12))]
}

/** Options of `nearestNeighbours`. */
export interface NearestNeighboursOptions {
  /** How many neighbours vote; default 20. */
  k?: number
  /** Their votes count e^(cosine / temperature); default 0.1. */
  temperature?: number
  engine?: Engine
}

/**
 * How good features are, without learning anything more: the accuracy when the k most like vectors of the training set, by cosine, vote.
 *
 * train, test: vectors with labels 0 … classes − 1 → the share of the test set that is right
 * Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", 2018.
 * @throws ShapeError if they do not fit; RangeError for k or the temperature.
 * @example
 * const share = await nearestNeighbours(train, test, { k: 200 })
 */
export async function nearestNeighbours(
  train: LabelledFeatures,
  test: LabelledFeatures,
  { k = 20, temperature = 0.1, engine }: NearestNeighboursOptions = {},
): Promise<number> {
  const [bank, asked] = [check('nearestNeighbours', train), check('nearestNeighbours', test)]
  if (bank.d !== asked.d) throw new ShapeError(`nearestNeighbours: both sets must have as many features, got ${bank.d} and ${asked.d}`)
  if (!(Number.isInteger(k) && k > 0 && k <= bank.n) || !(temperature > 0))
    throw new RangeError(`nearestNeighbours: k must be 1 … ${bank.n} and the temperature above 0, got ${k} and ${temperature}`)
  const classes = classesOf(bank.labels)
  const vectors = tensor(Float32Array.from(bank.data), [bank.n, bank.d])
  const labels = tensor(Int32Array.from(bank.labels))
  const vote = compile(
    (x: Tensor, vectors: Tensor, labels: Tensor) => {
      const length = (t: Tensor): Tensor => t.div(t.norm(1, { keepDims: true }).maximum(1e-12))
      const { values, indices } = length(x).matmul(length(vectors), { transposeB: true }).topK(k) // [n, k]
      const weights = values.sub(1).div(temperature).exp().expandDims(2)
      return labels.gather(indices).oneHot(classes).mul(weights).sum(1).argMax(1)
    },
    { engine },
  )
  const rows = Math.max(1, Math.min(asked.n, Math.floor(2 ** 22 / bank.n)))
  let right = 0
  try {
    for (let from = 0; from < asked.n; from += rows) {
      const to = Math.min(asked.n, from + rows)
      const said = await (await vote(tensor(Float32Array.from(asked.data.slice(from * asked.d, to * asked.d)), [to - from, asked.d]), vectors, labels)).data() // prettier-ignore
      said.forEach((c, i) => (right += Number(c === asked.labels[from + i])))
    }
  } finally {
    await vote.dispose()
  }
  return right / asked.n
}
