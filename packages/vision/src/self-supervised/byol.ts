import {
  BatchNorm1d,
  concrete,
  Linear,
  Module,
  RangeError,
  ReLU,
  Sequential,
  Slot,
  stopGradient,
  type Tensor,
  type TrainStep,
} from '@portolan/core'
import { checkMomentum, follow, twins, unit, vectorsOf, type Backbone } from './encoder.ts'
import { viewsOf, type SelfSupervisedOptions } from './moco.ts'

/** Options of `BYOL`. */
export interface BYOLOptions {
  /** Numbers of a vector of the backbone. */
  features: number
  /** Numbers that the target is predicted in; default 128. */
  dim?: number
  /** Of the layers in between of projector and predictor; default 512. */
  hidden?: number
  /** How far the target stays what it was at the first step, 0 … 1; default 0.99. It rises to 1 along a cosine. */
  momentum?: number
  /** After how many steps it is 1; default never: it stays as it is. */
  steps?: number
}

/** Linear → batch norm → ReLU → Linear. */
const perceptron = (from: number, hidden: number, to: number): Sequential =>
  new Sequential([new Linear(from, hidden), new BatchNorm1d(hidden), new ReLU(), new Linear(hidden, to)])

/** A backbone with a projector. x: [n, c, h, w] → [n, dim] */
class Projection extends Module {
  readonly backbone: Backbone
  readonly projector: Sequential
  constructor(backbone: Backbone, features: number, hidden: number, dim: number) {
    super()
    this.backbone = backbone
    this.projector = perceptron(features, hidden, dim)
  }
  forward(x: Tensor): Tensor {
    return this.projector.forward(vectorsOf(this.backbone, x))
  }
}

/**
 * Bootstrap your own latent: one network learns to predict what an average of itself makes of another view of the same picture; nothing
 * is contrasted. `online.backbone` is what has been learned in the end.
 *
 * make: gives a backbone, and is called twice. forward: x: [n, c, h, w] → predictions [n, dim].
 * Parameters: online.backbone, online.projector, target.backbone, target.projector, predictor.
 * Grill et al., "Bootstrap your own latent", 2020.
 * @throws RangeError for an option outside its range.
 * @example
 * const model = new BYOL(() => new ResNet(18, { includeTop: false }), { features: 512 })
 * const trainer = new Trainer({ step: byolStep({ model, optimizer: adam(1e-3) }), engine: onnx() })
 */
export class BYOL extends Module {
  readonly online: Projection
  readonly target: Projection
  readonly predictor: Sequential
  readonly momentum: number
  /** Steps made so far. */
  readonly made = new Slot(concrete([]))
  readonly #steps: number | undefined
  constructor(make: () => Backbone, { features, dim = 128, hidden = 512, momentum = 0.99, steps }: BYOLOptions) {
    super()
    if (![features, dim, hidden, steps ?? 1].every(v => Number.isInteger(v) && v > 0))
      throw new RangeError(`BYOL: features, dim, hidden and steps must be whole numbers of at least 1, got ${features}, ${dim}, ${hidden} and ${steps}`) // prettier-ignore
    const { online, target } = twins(() => new Projection(make(), features, hidden, dim))
    this.online = online
    this.target = target
    this.predictor = perceptron(dim, hidden, dim)
    this.momentum = checkMomentum('BYOL', momentum)
    this.#steps = steps
  }
  /** x: [n, c, h, w] → predictions [n, dim] */
  forward(x: Tensor): Tensor {
    return this.predictor.forward(this.online.forward(x))
  }
  /** target ← τ·target + (1 − τ)·online, τ = 1 − (1 − momentum)·(cos(π·step/steps) + 1)/2 */
  follow(): void {
    const done = this.made.value
    const share = this.#steps === undefined ? 1 : done.div(this.#steps).minimum(1).mul(Math.PI).cos().add(1).mul(0.5)
    follow(this.target, this.online, typeof share === 'number' ? this.momentum : share.mul(this.momentum - 1).add(1))
    this.made.value = done.add(1)
  }
}

/** ‖p̂ − ẑ‖² of vectors made length 1, which is 2 − 2·cos. predictions, targets: [n, d] → [n] */
export const byolDistance = (predictions: Tensor, targets: Tensor): Tensor => unit(predictions).sub(unit(targets)).square().sum(1)

/**
 * A step of `BYOL`: the squared distance between what is predicted of each view and what the target makes of the other, both of length 1;
 * the sum of both directions, averaged over the batch. Then the target follows.
 *
 * Its log: `loss`, 0 … 8.
 * @throws PortolanError for a batch without its views.
 * @example
 * const step = byolStep({ model, optimizer: adam(1e-3, { weightDecay: 1e-6 }) })
 */
export function byolStep({ model, optimizer, views = ['view1', 'view2'] }: SelfSupervisedOptions<BYOL>): TrainStep {
  optimizer.init(model)
  return {
    train(batch) {
      const [a, b] = viewsOf('byolStep', batch, views)
      const [za, zb] = [a, b].map(x => stopGradient(model.target.forward(x))) as [Tensor, Tensor]
      const loss = optimizer.minimize(model, () =>
        byolDistance(model.forward(a), zb)
          .add(byolDistance(model.forward(b), za))
          .mean(),
      )
      model.follow()
      return { loss }
    },
    state: { model, optimizer },
  }
}
