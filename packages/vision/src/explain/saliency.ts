import { compile, evaluating, grad, type Engine, type Tensor } from '@portolan/core'
import { chosen, classesOf, type Scorer, type TargetOptions } from './score.ts'

/** Options of `saliency`. */
export interface SaliencyOptions extends TargetOptions {
  /** What computes; without one it is done op by op. */
  engine?: Engine
}

/**
 * How strongly each pixel moves the score of a class: max over channels of |∂score/∂x|.
 *
 * x: [n, c, h, w] → [n, h, w]. The model computes in evaluation mode.
 * Simonyan et al., "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps", 2013.
 * @throws PortolanError if the model gives no class scores, or the target does not fit.
 * @example
 * const map = await saliency(model, image, { target: tensor(Int32Array.of(3)) })
 */
export async function saliency(model: Scorer, x: Tensor, { target, engine }: SaliencyOptions = {}): Promise<Tensor> {
  const run = compile(
    (x: Tensor, target?: Tensor) => {
      const classes = classesOf(model.forward(x), target)
      const [g] = grad(x => chosen(model.forward(x), classes).sum())(x)
      return g!.abs().max(1)
    },
    { engine },
  )
  try {
    return await evaluating(model, () => (target ? run(x, target) : run(x)))
  } finally {
    await run.dispose()
  }
}
