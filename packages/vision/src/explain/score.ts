import { PortolanError, type Module, type Tensor } from '@portolan/core'

/** A model that gives class scores: [n, …] → [n, classes] */
export type Scorer = Module & {
  /** x: [n, …] → class scores [n, classes] */
  forward(x: Tensor): Tensor
}

/** Of which class the score is explained: int32 [n]; default the one with the highest score. */
export interface TargetOptions {
  target?: Tensor
}

/** The classes whose scores are explained. → int32 [n] */
export function classesOf(scores: Tensor, target: Tensor | undefined): Tensor {
  if (scores.shape.length !== 2) throw new PortolanError(`explaining needs a model that gives scores [n, classes], got [${scores.shape}]`)
  if (!target) return scores.argMax(1)
  if (target.dtype !== 'int32' || String(target.shape) !== String([scores.shape[0]]))
    throw new PortolanError(
      `explaining: target must be int32 [${scores.shape[0]}], a class for each picture, got ${target.dtype} [${target.shape}]`,
    )
  return target
}

/** The chosen scores. scores: [n, classes], classes: int32 [n] → [n] */
export const chosen = (scores: Tensor, classes: Tensor): Tensor => scores.takeAlong(classes.expandDims(1), 1).squeeze(1)
