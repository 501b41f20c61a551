import { compile, evaluating, grad, RangeError, ShapeError, tensor, type Engine, type Tensor } from '@portolan/core'
import { chosen, classesOf, type Scorer, type TargetOptions } from './score.ts'

/** Options of `integratedGradients`. */
export interface IntegratedGradientsOptions extends TargetOptions {
  /** Where nothing is seen, of the shape of x; default black in the model's own numbers: 0. */
  baseline?: Tensor
  /** How many places of the way are looked at; default 64. */
  steps?: number
  /** What computes; without one it is done op by op. */
  engine?: Engine
}

/** What each number of an input adds to a score. */
export interface Attribution {
  /** [n, c, h, w] */
  readonly attributions: Tensor
  /** score(x) − score(baseline) − Σ attributions: what the finite number of steps loses. [n] */
  readonly gap: Tensor
}

/**
 * What each number of a picture adds to the score of a class, on the straight way from a baseline to it:
 * (x − x₀) · 1/m · Σₖ ∂score/∂x (x₀ + (k − ½)/m · (x − x₀)), k = 1 … m. Together they make up the whole difference of the scores.
 *
 * x: [n, c, h, w] → attributions [n, c, h, w]. The model computes in evaluation mode.
 * Sundararajan et al., "Axiomatic Attribution for Deep Networks", 2017.
 * @throws RangeError for steps, ShapeError for the baseline, PortolanError if the model gives no class scores or the target does not fit.
 * @example
 * const { attributions, gap } = await integratedGradients(model, image, { steps: 128 })
 */
export async function integratedGradients(
  model: Scorer,
  x: Tensor,
  { target, baseline = x.zerosLike(), steps = 64, engine }: IntegratedGradientsOptions = {},
): Promise<Attribution> {
  if (!(Number.isInteger(steps) && steps > 0))
    throw new RangeError(`integratedGradients: steps must be a whole number of at least 1, got ${steps}`)
  if (String(baseline.shape) !== String(x.shape))
    throw new ShapeError(`integratedGradients: the baseline must be [${x.shape}] as the pictures, got [${baseline.shape}]`)
  const scores = compile((x: Tensor) => model.forward(x), { engine })
  const slope = compile(
    (x: Tensor, from: Tensor, share: Tensor, classes: Tensor, sum: Tensor) => {
      const place = from.add(x.sub(from).mul(share))
      const [g] = grad(x => chosen(model.forward(x), classes).sum())(place)
      return sum.add(g!)
    },
    { engine },
  )
  const finish = compile((x: Tensor, from: Tensor, sum: Tensor, there: Tensor, here: Tensor, classes: Tensor) => {
    const attributions = x.sub(from).mul(sum.mul(1 / steps))
    const whole = chosen(here, classes).sub(chosen(there, classes))
    return { attributions, gap: whole.sub(attributions.flatten(1).sum(1)) }
  })
  try {
    return await evaluating(model, async () => {
      const [here, there] = [await scores(x), await scores(baseline)]
      const classes = classesOf(here, target)
      let sum = x.zerosLike()
      for (let k = 0; k < steps; k++) sum = await slope(x, baseline, tensor((k + 0.5) / steps), classes, sum)
      return finish(x, baseline, sum, there, here, classes)
    })
  } finally {
    await Promise.all([scores.dispose(), slope.dispose(), finish.dispose()])
  }
}
