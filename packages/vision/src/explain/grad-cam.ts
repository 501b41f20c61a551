import { compile, evaluating, grad, modules, PortolanError, resize, ShapeError, type Engine, type Tensor } from '@portolan/core'
import { Classifier } from '../classify/classifier.ts'
import { chosen, classesOf, type Scorer, type TargetOptions } from './score.ts'

/** Options of `gradCam`. */
export interface GradCamOptions extends TargetOptions {
  /** Path of the layer whose maps are weighed, such as 'layer3'; default the features of a `Classifier`. */
  layer?: string
  /** What computes; without one it is done op by op. */
  engine?: Engine
}

/** A map of each picture, and what it speaks for. */
export interface GradCam {
  /** Of the size of the pictures, the strongest place of each 1: [n, h, w] */
  readonly map: Tensor
  /** Of the size of the layer, as it is computed: [n, h′, w′] */
  readonly raw: Tensor
}

/**
 * Where a model looks for a class: relu(Σₖ αₖ·Aₖ), the maps A of a layer, each weighed by the mean of its gradient, αₖ = mean(∂score/∂Aₖ).
 *
 * x: [n, c, h, w] → map [n, h, w] in 0 … 1. The model computes in evaluation mode.
 * Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", 2016.
 * @throws PortolanError if there is no such layer, or it is not called just once; ShapeError if what it gives are no maps.
 * @example
 * const { map } = await gradCam(new ResNet(50), image)
 * const third = await gradCam(model, image, { layer: 'layer3' })
 */
export async function gradCam(model: Scorer, x: Tensor, { target, layer, engine }: GradCamOptions = {}): Promise<GradCam> {
  const [owner, method] = hook(model, layer)
  const run = compile(
    (x: Tensor, target?: Tensor) => {
      const seen: Tensor[] = []
      const scores = replacing(
        owner,
        method,
        y => (seen.push(y), y),
        () => model.forward(x),
      )
      const [maps] = seen
      if (!maps || seen.length > 1)
        throw new PortolanError(`gradCam: ${layer ?? 'forwardFeatures'} must be called once by forward, it was ${seen.length} times`)
      if (maps.shape.length !== 4)
        throw new ShapeError(
          `gradCam: ${layer ?? 'the features'} must be maps [n, c, h, w], got [${maps.shape}]. Name a layer: { layer: '…' }`,
        )
      const classes = classesOf(scores, target)
      const [g] = grad(maps =>
        chosen(
          replacing(
            owner,
            method,
            () => maps,
            () => model.forward(x),
          ),
          classes,
        ).sum(),
      )(maps)
      const raw = maps
        .mul(g!.mean([2, 3], true))
        .sum(1, true)
        .relu() // [n, 1, h′, w′]
      const large = resize(raw, { size: [x.shape[2]!, x.shape[3]!], mode: 'linear' }).squeeze(1)
      const most = large.max([1, 2], true)
      return { map: large.div(most.greater(0).where(most, 1)), raw: raw.squeeze(1) }
    },
    { engine },
  )
  try {
    return await evaluating(model, () => (target ? run(x, target) : run(x)))
  } finally {
    await run.dispose()
  }
}

/** Whose method gives the maps. */
function hook(model: Scorer, layer: string | undefined): [owner: object, method: string] {
  if (layer === undefined) {
    if (model instanceof Classifier) return [model, 'forwardFeatures']
    throw new PortolanError("gradCam: name the layer whose maps are wanted: { layer: 'conv2' }")
  }
  const all = modules(model)
  const found = all.get(layer)
  if (found && 'forward' in found) return [found, 'forward']
  throw new PortolanError(`gradCam: there is no layer ${layer}. There are: ${[...all.keys()].filter(Boolean).join(', ')}`)
}

/** Runs `f` with what a method gives put through `change`. */
function replacing<T>(owner: object, method: string, change: (y: Tensor) => Tensor, f: () => T): T {
  const before = Object.getOwnPropertyDescriptor(owner, method)
  const own = Reflect.get(owner, method) as (...args: unknown[]) => Tensor
  const value = (...args: unknown[]): Tensor => change(Reflect.apply(own, owner, args))
  Object.defineProperty(owner, method, { value, configurable: true, writable: true })
  try {
    return f()
  } finally {
    if (before) Object.defineProperty(owner, method, before)
    else Reflect.deleteProperty(owner, method)
  }
}
