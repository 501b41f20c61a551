import { Module, type Tensor } from '@portolan/core'
import { at, type Denoiser } from './diffuse.ts'
import type { NoiseSchedule } from './noise-schedule.ts'

/**
 * A denoiser whose model says the velocity v = √ᾱₜ·noise − √(1 − ᾱₜ)·sample; the noise is √ᾱₜ·v + √(1 − ᾱₜ)·xₜ. Where hardly anything is
 * left of the sample, the noise says nothing of it, but the velocity is the sample: few steps of a sampler then begin with a good guess.
 * `diffusionStep` teaches it velocities; samplers take it as any other.
 *
 * x: [n, ...], t: int32 [n], label: int32 [n] if the model is told classes → the noise in x: [n, ...]. Parameters: those of `model`.
 * Salimans and Ho, "Progressive Distillation for Fast Sampling of Diffusion Models", 2022.
 * @example
 * const model = new VelocityDenoiser(new DiffusionUNet(), cosineNoise())
 */
export class VelocityDenoiser extends Module implements Denoiser {
  readonly model: Denoiser
  readonly #schedule: NoiseSchedule
  constructor(model: Denoiser, schedule: NoiseSchedule) {
    super()
    this.model = model
    this.#schedule = schedule
  }
  /** x: [n, ...], t: int32 [n] → the noise in x: [n, ...] */
  forward(x: Tensor, t: Tensor, label?: Tensor): Tensor {
    const { toSample, toNoise } = this.#shares(t, x)
    return this.velocity(x, t, label).mul(toSample).add(x.mul(toNoise))
  }
  /** The sample that is left without it: √ᾱₜ·xₜ − √(1 − ᾱₜ)·v. x: [n, ...], t: int32 [n] → [n, ...] */
  sample(x: Tensor, t: Tensor, label?: Tensor): Tensor {
    const { toSample, toNoise } = this.#shares(t, x)
    return x.mul(toSample).sub(this.velocity(x, t, label).mul(toNoise))
  }
  /** What the model says. x: [n, ...], t: int32 [n] → [n, ...] */
  velocity(x: Tensor, t: Tensor, label?: Tensor): Tensor {
    return this.model.forward(x, t, ...(label ? [label] : []))
  }
  /** What it should say. sample, noise: [n, ...], t: int32 [n] → √ᾱₜ·noise − √(1 − ᾱₜ)·sample: [n, ...] */
  trueVelocity(sample: Tensor, t: Tensor, noise: Tensor): Tensor {
    const { toSample, toNoise } = this.#shares(t, sample)
    return noise.mul(toSample).sub(sample.mul(toNoise))
  }
  /** √ᾱₜ and √(1 − ᾱₜ) for each sample. */
  #shares(t: Tensor, like: Tensor): { toSample: Tensor; toNoise: Tensor } {
    const left = this.#schedule.alphaBars
    return {
      toSample: at(left.map(Math.sqrt), t, like),
      toNoise: at(left.map(a => Math.sqrt(1 - a)), t, like), // prettier-ignore
    }
  }
}
