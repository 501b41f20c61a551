import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { checkWidths, rowsOf, type FeatureRows } from './feature-rows.ts'

/**
 * How far apart two sets of samples are, seen as normal distributions of their features:
 * ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2·(Σ₁·Σ₂)^½). With Inception v3's features it is the FID; here the features are those of a classifier of
 * your own, so figures compare only where that is the same.
 *
 * real, made: [n, d] and [m, d], n, m ≥ 2 and better many times d. The root is that of the symmetric Σ₁^½·Σ₂·Σ₁^½, in float64.
 * Heusel et al., "GANs Trained by a Two Time-Scale Update Rule", 2017.
 * @throws ShapeError if they are no rows of one length.
 * @example
 * await frechetDistance(await featuresOf(test), await featuresOf(samples))
 */
export async function frechetDistance(real: FeatureRows, made: FeatureRows): Promise<number> {
  const [a, b] = [await rowsOf('frechetDistance', real, 2), await rowsOf('frechetDistance', made, 2)]
  checkWidths('frechetDistance', a, b)
  const [p, q] = [moments(a), moments(b)]
  const apart = p.mean.reduce((sum, v, i) => sum + (v - q.mean[i]!) ** 2, 0)
  const root = symmetricRoot(p.covariance)
  const inner = root.mmul(q.covariance).mmul(root)
  const mixed = eigen(inner.add(inner.transpose()).mul(0.5)).realEigenvalues.reduce((sum, v) => sum + Math.sqrt(Math.max(0, v)), 0)
  return Math.max(0, apart + p.covariance.trace() + q.covariance.trace() - 2 * mixed)
}

const eigen = (m: Matrix): EigenvalueDecomposition => new EigenvalueDecomposition(m, { assumeSymmetric: true })

/** The positive root of a covariance: V·√λ·Vᵀ, what rounding made negative taken for 0. */
function symmetricRoot(m: Matrix): Matrix {
  const { realEigenvalues, eigenvectorMatrix: v } = eigen(m)
  const scaled = v.clone()
  realEigenvalues.forEach((lambda, i) => scaled.mulColumn(i, Math.sqrt(Math.max(0, lambda))))
  return scaled.mmul(v.transpose())
}

/** Mean and unbiased covariance of rows. */
function moments({ n, d, data }: { n: number; d: number; data: ArrayLike<number> }): { mean: number[]; covariance: Matrix } {
  const mean = Array.from({ length: d }, () => 0)
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) mean[j]! += data[i * d + j]! / n
  const sums = new Float64Array(d * d)
  const row = new Float64Array(d)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) row[j] = data[i * d + j]! - mean[j]!
    for (let j = 0; j < d; j++) for (let k = 0; k <= j; k++) sums[j * d + k]! += row[j]! * row[k]!
  }
  const covariance = Matrix.zeros(d, d)
  for (let j = 0; j < d; j++)
    for (let k = 0; k <= j; k++) {
      covariance.set(j, k, sums[j * d + k]! / (n - 1))
      covariance.set(k, j, sums[j * d + k]! / (n - 1))
    }
  return { mean, covariance }
}
