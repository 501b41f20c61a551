import { Buffer, freeze, globalAvgPool, load, Module, Param, RangeError, ShapeError, variables, type Tensor } from '@portolan/core'

/** What is to be learned: pictures to maps [n, c, h, w] or vectors [n, c], such as a classifier made with `includeTop: false`. */
export type Backbone = Module & {
  /** x: [n, c, h, w] → [n, c′, h′, w′] or [n, c′] */
  forward(x: Tensor): Tensor
}

/** One vector for each picture: the mean of maps over all places. → [n, c] */
export function vectorsOf(backbone: Backbone, x: Tensor): Tensor {
  const features = backbone.forward(x)
  if (features.shape.length === 4) return globalAvgPool(features).flatten(1)
  if (features.shape.length === 2) return features
  throw new ShapeError(`self-supervision: a backbone must give [n, c] or [n, c, h, w], got [${features.shape}]`)
}

/** Two of a kind, the second with the weights of the first, frozen: it follows as an average. */
export function twins<M extends Module>(make: () => M): { online: M; target: M } {
  const [online, target] = [make(), make()]
  const state = Object.fromEntries([...variables(online, [Param, Buffer])].map(([path, v]) => [path, v.value]))
  load(target, state)
  freeze(target)
  return { online, target }
}

/** target ← momentum·target + (1 − momentum)·online, parameter by parameter: part of a step, behind the optimizer. */
export function follow(target: Module, online: Module, momentum: Tensor | number): void {
  const source = variables(online, Param)
  for (const [path, p] of variables(target, Param)) {
    const now = source.get(path)!.value
    p.value = now.add(p.value.sub(now).mul(momentum)) // exact where both are equal
  }
}

/** @throws RangeError unless 0 ≤ momentum < 1. */
export function checkMomentum(name: string, momentum: number): number {
  if (!(momentum >= 0 && momentum < 1)) throw new RangeError(`${name}: momentum must be in 0 … 1, below 1, got ${momentum}`)
  return momentum
}

/** Vectors of length 1 along the last axis. */
export const unit = (x: Tensor): Tensor => x.div(x.norm(-1, { keepDims: true }).maximum(1e-12))
