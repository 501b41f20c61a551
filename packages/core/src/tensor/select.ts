import { PortolanError } from '../errors.ts'
import { leaves, rebuild, type Tree } from '../tree.ts'
import type { Tensor } from './tensor.ts'

/**
 * One of two trees of tensors, chosen where a traced step computes: every tensor of `yes` where the condition holds, its
 * counterpart of `no` elsewhere. Both are computed; the gradient goes to the one that was chosen.
 * condition: bool [], or of a shape that broadcasts with every tensor.
 * @throws PortolanError if the trees differ in structure.
 * @example
 * const kept = select(gradNorm.isFinite(), { loss, grads }, { loss: zeros([]), grads: grads.map(g => g.zerosLike()) })
 */
export function select<T extends Tree>(condition: Tensor, yes: T, no: T): T {
  const [a, b] = [leaves(yes), leaves(no)]
  if (a.length !== b.length) throw new PortolanError(`select: both sides need the same tensors, got ${a.length} and ${b.length}`)
  return rebuild(
    yes,
    a.map((t, i) => condition.where(t, b[i]!)),
  )
}
