import type { Tensor } from '../tensor/tensor.ts'

/** Scales gradients together so that √Σ‖g‖² ≤ max. */
export function clipByNorm(grads: readonly Tensor[], max: number): Tensor[] {
  const norm = grads
    .map(g => g.square().sum())
    .reduce((a, b) => a.add(b))
    .sqrt()
  const scale = norm.maximum(max).pow(-1).mul(max)
  return grads.map(g => g.mul(scale))
}

/** Limits each number of each gradient to −max … max. */
export const clipByValue = (grads: readonly Tensor[], max: number): Tensor[] => grads.map(g => g.clip(-max, max))
