import { grad, tensor, type Tensor } from '@portolan/core'

/** Steps down L(u, v) = u² + 4v² from (2, 1), by Portolan's gradient. → [u, v, L] of each place */
export function descend(rate: number, steps = 20): readonly (readonly [u: number, v: number, loss: number])[] {
  const bowl = (p: Tensor): Tensor => p.mul(p).mul(tensor([1, 4])).sum() // prettier-ignore
  const slope = grad(bowl)
  const way: [number, number, number][] = []
  let p = tensor([2, 1])
  for (let step = 0; step <= steps; step++) {
    const [u, v] = p.dataSync() as Float32Array
    way.push([u!, v!, bowl(p).itemSync()])
    p = p.sub(slope(p)[0]!.mul(rate))
  }
  return way
}
