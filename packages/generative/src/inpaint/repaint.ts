import { compile, evaluating, Rng, tensor, type Tensor } from '@portolan/core'
import { addNoise, aim, ddimBack, visited, type Denoiser } from '../diffusion/diffuse.ts'
import type { NoiseSchedule } from '../diffusion/noise-schedule.ts'
import type { SampleOptions } from '../diffusion/sample.ts'

/** Options of `repaint`. */
export interface RepaintOptions extends Omit<SampleOptions, 'onStep'> {
  /** How many steps, evenly of the schedule's; default 50. */
  steps?: number
  /** How often each step is gone back and made again, so that both parts come to fit; default 5. */
  resample?: number
}

/**
 * Fills holes by a diffusion model that never saw any: at each step back the known part is the picture with as much noise as belongs
 * there, the rest is the model's; then noise is added and the step made again.
 *
 * x: [n, c, h, w], −1 … 1, known: [n, 1, h, w], 1 or 0 → [n, c, h, w]; what is known stays as it is.
 * Lugmayr et al., "RePaint: Inpainting using Denoising Diffusion Probabilistic Models", 2022.
 * @example
 * const whole = await repaint(model, schedule, picture, known, { seed: 1, engine: onnx() })
 */
export async function repaint(
  model: Denoiser,
  schedule: NoiseSchedule,
  x: Tensor,
  known: Tensor,
  { steps = 50, resample = 5, seed = 0, engine, clip = true, label }: RepaintOptions = {},
): Promise<Tensor> {
  const rng = new Rng(seed)
  const n = x.shape[0]!
  const mixed = (picture: Tensor, made: Tensor, known: Tensor): Tensor => picture.mul(known).add(made.mul(known.neg().add(1)))
  const back = compile(
    (now: Tensor, t: Tensor, to: Tensor, last: Tensor, picture: Tensor, known: Tensor, ...classes: Tensor[]) => {
      const x0 = aim({ schedule, model, clip }, now, t, ...classes)
      const made = ddimBack(schedule, now, t, to, x0, { eta: 1, fresh: rng.normal(now.shape) })
      const noisy = addNoise(schedule, picture, to.maximum(0), rng.normal(now.shape))
      return mixed(last.where(picture, noisy), made, known)
    },
    { engine },
  )
  /** From step `to` to step t again. */
  const forth = compile((now: Tensor, share: Tensor) => now.mul(share.sqrt()).add(rng.normal(now.shape).mul(share.neg().add(1).sqrt())), {
    engine,
  })
  const all = (value: number): Tensor => tensor(new Int32Array(n).fill(value))
  const stops = visited(schedule, steps)
  try {
    return await evaluating(model, async () => {
      let now = rng.normal(x.shape)
      for (const [i, t] of stops.entries()) {
        const to = stops[i + 1] ?? -1
        const last = tensor([to < 0 ? 1 : 0], [1, 1, 1, 1], 'bool')
        for (let again = to < 0 ? 1 : resample; again > 0; again--) {
          now = await back(now, all(t), all(to), last, x, known, ...(label ? [label] : []))
          if (again > 1) now = await forth(now, tensor(schedule.alphaBars[t]! / schedule.alphaBars[to]!))
        }
      }
      return now
    })
  } finally {
    await Promise.all([back.dispose(), forth.dispose()])
  }
}
