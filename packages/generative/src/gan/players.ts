import type { Module, Tensor } from '@portolan/core'

/** Makes samples of noise, of a class each if there are classes. */
export type Generator = Module & {
  /** How many numbers of N(0, 1) one sample is made of. */
  readonly latents: number
  /** z: [n, latents], label: int32 [n] → samples */
  forward(z: Tensor, label?: Tensor): Tensor
}

/** Gives each sample a score, high for real ones: [n, 1]. */
export type Discriminator = Module & {
  /** x: samples, label: int32 [n] → scores [n, 1] */
  forward(x: Tensor, label?: Tensor): Tensor
}
