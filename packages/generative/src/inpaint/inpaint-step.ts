import { defaultRng, type Batch, type Module, type Optimizer, type Rng, type Tensor, type TrainStep } from '@portolan/core'
import { entry } from '../entry.ts'
import { randomHoles } from './holes.ts'

/** Fills holes. x: [n, c, h, w], known: [n, 1, h, w] → [n, c, h, w] */
export type Inpainter = Module & {
  /** x: [n, c, h, w], known: [n, 1, h, w] → [n, c, h, w] */
  forward(x: Tensor, known: Tensor): Tensor
}

/** Options of `inpaintStep`. */
export interface InpaintStepOptions {
  model: Inpainter
  optimizer: Optimizer
  /** Where holes come from; default the stream of the last `seed`. */
  rng?: Rng
  /** The smallest and the largest side of a hole; default [8, 14]. */
  holes?: readonly [smallest: number, largest: number]
  /** Name of the pictures in a batch, 0 … 1; default 'image'. */
  input?: string
}

/** Mean of the squared differences in the holes only. → [] */
export function holeError(filled: Tensor, x: Tensor, known: Tensor): Tensor {
  const hole = known.neg().add(1)
  return filled.sub(x).square().mul(hole).sum().div(hole.sum().mul(x.shape[1]!))
}

/**
 * A step that teaches a model to fill random rectangular holes: the mean squared error in them. Evaluation draws holes, too.
 *
 * Pathak et al., "Context Encoders", 2016, without its adversary.
 * @throws PortolanError for a batch without the pictures; RangeError for holes that don't fit.
 * @example
 * const step = inpaintStep({ model: new ContextEncoder(), optimizer: adam(1e-3) })
 */
export function inpaintStep({ model, optimizer, rng = defaultRng(), holes = [8, 14], input = 'image' }: InpaintStepOptions): TrainStep {
  optimizer.init(model)
  const judge = (batch: Batch): { loss: Tensor } => {
    const x = entry('inpaintStep', batch, input)
    const known = randomHoles(rng, x.shape, holes)
    return { loss: holeError(model.forward(x, known), x, known) }
  }
  return { train: batch => optimizer.minimize(model, () => judge(batch)), evaluate: judge, state: { model, optimizer, rng } }
}
