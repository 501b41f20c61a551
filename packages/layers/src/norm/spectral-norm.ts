import { Buffer, normal, param, stopGradient, type Tensor } from '@portolan/core'
import { deriveWeight, type Weighted } from './derived-weight.ts'

/** Options of `spectralNorm`. */
export interface SpectralNormOptions {
  /** How often u and v are improved at each training step; default 1. */
  iterations?: number
  /** Least length; default 1e-12. */
  epsilon?: number
}

/**
 * Divides a layer's weight by its largest singular value: weight/σ, σ = uᵀ·W·v, where u and v follow the weight by power iteration in training.
 *
 * layer with weight [out, ...] → the same layer, changed; the weight counts as a matrix [out, rest].
 * Parameters: weight_orig in place of weight; buffers weight_u [out], weight_v [rest].
 * Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018. PyTorch: - (nn.utils.spectral_norm); Keras: SpectralNormalization.
 * @throws PortolanError if the weight is computed already.
 * @example
 * const layer = spectralNorm(new Conv2d(3, 64, 3))
 */
export function spectralNorm<L extends Weighted>(layer: L, { iterations = 1, epsilon = 1e-12 }: SpectralNormOptions = {}): L {
  const original = layer.weight
  const rows = original.shape[0]!
  const columns = original.shape.slice(1).reduce((a, b) => a * b, 1)
  const unit = (x: Tensor): Tensor => x.div(x.norm().maximum(epsilon))
  const u = new Buffer(unit(param([rows], normal()).value))
  const v = new Buffer(unit(param([columns], normal()).value))
  const improve = (matrix: Tensor): void => {
    for (let i = 0; i < iterations; i++) {
      v.value = unit(u.value.matmul(matrix))
      u.value = unit(matrix.matmul(v.value))
    }
  }
  // random vectors are far from the singular ones
  for (let i = 0; i < 15; i++) improve(original.value.reshape([rows, columns]))
  return deriveWeight('spectralNorm', layer, { weight_orig: original, weight_u: u, weight_v: v }, () => {
    const matrix = original.value.reshape([rows, columns])
    if (layer.training) improve(stopGradient(matrix))
    const sigma = matrix.matmul(v.value).mul(u.value).sum()
    return original.value.div(sigma)
  })
}
