import { compile, evaluating, Module, RangeError, Rng, scan, tensor, type Engine, type Tensor } from '@portolan/core'
import { aim, ddimBack, ddpmBack, visited, type Denoiser } from './diffuse.ts'
import type { NoiseSchedule } from './noise-schedule.ts'

const checkSteps = (name: string, steps: number, schedule: NoiseSchedule): void => {
  if (!(Number.isInteger(steps) && steps > 0 && steps <= schedule.steps))
    throw new RangeError(`${name}: steps must be a whole number from 1 to the schedule's ${schedule.steps}, got ${steps}`)
}

/** Options of `sampleDdpm`, and of all ways to draw samples. */
export interface SampleOptions {
  /** Of the fresh noise; default 0. */
  seed?: number
  /** What computes each step; without one it is done op by op. */
  engine?: Engine
  /** Whether the picture that a step aims at is limited to −1 … 1; default true. */
  clip?: boolean
  /** int32 [n]: the classes asked for, where the model is told them. */
  label?: Tensor
  /** Is handed what there is after each step, and how many are left. */
  onStep?: (x: Tensor, left: number) => void | Promise<void>
}

/** Options of `sampleDdim`. */
export interface DdimSampleOptions extends SampleOptions {
  /** How many steps, evenly of all; default 50. */
  steps?: number
  /** How much fresh noise there is, 0 … 1; default 0. */
  eta?: number
}

/**
 * Samples by DDIM: from noise to pictures in few steps, the same pictures from the same noise.
 *
 * noise: [n, c, h, w], of N(0, 1) → [n, c, h, w] in −1 … 1
 * Song et al., "Denoising Diffusion Implicit Models", 2020.
 * @throws RangeError for more steps than the schedule has.
 * @example
 * const pictures = await sampleDdim(model, schedule, new Rng(1).normal([64, 1, 28, 28]), { steps: 50, engine: onnx() })
 */
export async function sampleDdim(
  model: Denoiser,
  schedule: NoiseSchedule,
  noise: Tensor,
  { steps = 50, eta = 0, ...options }: DdimSampleOptions = {},
): Promise<Tensor> {
  checkSteps('sampleDdim', steps, schedule)
  const stops = visited(schedule, steps)
  return run(model, schedule, noise, stops.map((t, i) => [t, stops[i + 1] ?? -1]), options, (x, t, to, x0, rng) =>
    ddimBack(schedule, x, t, to, x0, { eta, ...(eta && { fresh: rng.normal(x.shape) }) }),
  ) // prettier-ignore
}

/**
 * Samples by DDPM: every step of the schedule, each with fresh noise.
 *
 * noise: [n, c, h, w], of N(0, 1) → [n, c, h, w] in −1 … 1
 * Ho et al., "Denoising Diffusion Probabilistic Models", 2020, algorithm 2.
 * @example
 * const pictures = await sampleDdpm(model, schedule, new Rng(1).normal([16, 1, 28, 28]), { seed: 2, engine: onnx() })
 */
export async function sampleDdpm(model: Denoiser, schedule: NoiseSchedule, noise: Tensor, options: SampleOptions = {}): Promise<Tensor> {
  const stops = visited(schedule, schedule.steps).map(t => [t, t - 1] as const)
  return run(model, schedule, noise, stops, options, (x, t, _, x0, rng) => ddpmBack(schedule, x, t, x0, rng.normal(x.shape)))
}

/** From stop to stop, [t, to] each. */
async function run(
  model: Denoiser,
  schedule: NoiseSchedule,
  noise: Tensor,
  stops: readonly (readonly [number, number])[],
  { seed = 0, engine, clip = true, label, onStep }: SampleOptions,
  back: (x: Tensor, t: Tensor, to: Tensor, x0: Tensor, rng: Rng) => Tensor,
): Promise<Tensor> {
  const rng = new Rng(seed)
  const n = noise.shape[0]!
  const step = compile(
    (x: Tensor, t: Tensor, to: Tensor, ...classes: Tensor[]) => back(x, t, to, aim({ schedule, model, clip }, x, t, ...classes), rng),
    {
      engine,
    },
  )
  const all = (value: number): Tensor => tensor(new Int32Array(n).fill(value))
  try {
    return await evaluating(model, async () => {
      let x = noise
      for (const [i, [t, to]] of stops.entries()) {
        x = await step(x, all(t), all(to), ...(label ? [label] : []))
        await onStep?.(x, stops.length - 1 - i)
      }
      return x
    })
  } finally {
    await step.dispose()
  }
}

/**
 * All steps of DDIM as one model, a loop of its own within: to export a sampler as one ONNX file.
 *
 * noise: [n, c, h, w], label: int32 [n] where the model is told classes → [n, c, h, w] in −1 … 1
 * @throws RangeError for more steps than the schedule has.
 * @example
 * await exportOnnx(new DDIMSampler(model, schedule, { steps: 50 }), { noise: ['n', 1, 28, 28] }, { file: 'sampler.onnx' })
 */
export class DDIMSampler extends Module {
  readonly model: Denoiser
  readonly #schedule: NoiseSchedule
  readonly #stops: readonly number[]
  readonly #clip: boolean
  constructor(model: Denoiser, schedule: NoiseSchedule, { steps = 50, clip = true }: { steps?: number; clip?: boolean } = {}) {
    super()
    checkSteps('DDIMSampler', steps, schedule)
    this.model = model
    this.#schedule = schedule
    this.#stops = visited(schedule, steps)
    this.#clip = clip
  }
  /** noise: [n, c, h, w], N(0, 1), label: int32 [n] with classes → samples of its shape, −1 … 1 */
  forward(noise: Tensor, label?: Tensor): Tensor {
    const n = noise.shape[0]!
    const column = (values: readonly number[]): Tensor => tensor(Int32Array.from(values), [values.length, 1])
    const back = (x: Tensor, [from, until]: readonly [Tensor, Tensor]): [Tensor, []] => {
      const [t, to] = [from.broadcastTo([n]), until.broadcastTo([n])]
      const x0 = aim({ schedule: this.#schedule, model: this.model, clip: this.#clip }, x, t, ...(label ? [label] : []))
      return [ddimBack(this.#schedule, x, t, to, x0), []]
    }
    return scan(back, noise, [column(this.#stops), column([...this.#stops.slice(1), -1])] as [Tensor, Tensor])[0]
  }
}
