import { Module, PortolanError, RangeError, zeros, type Tensor } from '@portolan/core'
import type { Denoiser } from './diffuse.ts'

/** Options of `GuidedDenoiser`. */
export interface GuidanceOptions {
  /** How far beyond the class it goes, ≥ 0: 0 leaves the model as it is, more makes samples clearer and more alike. Default 1. */
  weight?: number
  /** The class that stands for none, as in `diffusionStep`. */
  none: number
}

/**
 * Classifier-free guidance: what a model says of a class, and beyond it, away from what it says of no class:
 * (1 + w)·model(x, t, label) − w·model(x, t, none). The model must know a class that stands for none; see `diffusionStep`'s `withoutLabel`.
 *
 * x: [n, ...], t: int32 [n], label: int32 [n] → the noise in x: [n, ...]. Parameters: those of `model`.
 * Ho and Salimans, "Classifier-Free Diffusion Guidance", 2022.
 * @throws RangeError for a weight below 0 or a `none` that is no class; PortolanError without labels.
 * @example
 * const unet = new DiffusionUNet({ classes: 11 }) // ten classes, and one that stands for none
 * const guided = new GuidedDenoiser(unet, { weight: 1, none: 10 })
 * const noise = guided.forward(x, t, label)
 */
export class GuidedDenoiser extends Module implements Denoiser {
  readonly model: Denoiser
  readonly #weight: number
  readonly #none: number
  constructor(model: Denoiser, { weight = 1, none }: GuidanceOptions) {
    super()
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw new RangeError(`GuidedDenoiser: weight must be a number of at least 0, got ${weight}`)
    if (!(Number.isInteger(none) && none >= 0)) throw new RangeError(`GuidedDenoiser: none must be the number of a class, got ${none}`)
    this.model = model
    this.#weight = weight
    this.#none = none
  }
  /** x: [n, ...], t: int32 [n], label: int32 [n] → the noise in x: [n, ...] */
  forward(x: Tensor, t: Tensor, label?: Tensor): Tensor {
    return this.#guide(label, of => this.model.forward(x, t, of))
  }
  /** The sample that is left without it: [n, ...] */
  get sample(): Denoiser['sample'] {
    const { model } = this
    return model.sample && ((x, t, label) => this.#guide(label, of => model.sample!(x, t, of)))
  }
  #guide(label: Tensor | undefined, said: (label: Tensor) => Tensor): Tensor {
    if (!label) throw new PortolanError('GuidedDenoiser: it must be given a label for each sample, got none')
    const told = said(label)
    if (!this.#weight) return told
    const without = said(zeros(label.shape, 'int32').add(this.#none))
    return told.add(told.sub(without).mul(this.#weight))
  }
}
