import { RangeError } from '../../errors.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { checkSchedule, done, halfCosine, type Schedule } from './schedule.ts'

/** Options of `oneCycle`. */
export interface OneCycleOptions {
  /** The share of the steps in which the rate rises, in 0 … 1; default 0.3. */
  rising?: number
  /** The first rate is 1/this of the highest; default 25. */
  divideFirst?: number
  /** The last rate is 1/this of the first; default 10⁴. */
  divideLast?: number
  /** Along half a cosine or a line; default 'cosine'. */
  shape?: 'cosine' | 'line'
  /** Whether it falls to the first rate as fast as it rose, and from there to the last; default false: it falls at once. */
  threePhases?: boolean
}

/**
 * Up to the optimizer's rate, which is the highest here, and down to almost nothing, in `steps` steps.
 *
 * PyTorch: `OneCycleLR`, without its changes of the momentum. Smith and Topin, "Super-Convergence", 2018.
 * @throws RangeError for an option outside its range.
 * @example
 * sgd(0.4, { momentum: 0.9, schedule: oneCycle(epochs * stepsPerEpoch) })
 */
export function oneCycle(
  steps: number,
  { rising = 0.3, divideFirst = 25, divideLast = 1e4, shape = 'cosine', threePhases = false }: OneCycleOptions = {},
): Schedule {
  checkSchedule('oneCycle', 'divideFirst', divideFirst, 1)
  checkSchedule('oneCycle', 'divideLast', divideLast, 1)
  checkSchedule('oneCycle', 'steps', steps, 2, true)
  const first = 1 / divideFirst
  const top = rising * steps - 1
  const ends: [end: number, to: number][] = [
    [top, 1],
    ...(threePhases ? [[2 * top, first] as [number, number]] : []),
    [steps - 1, first / divideLast],
  ]
  if (!(rising > 0 && ends.every(([end], i) => end > (ends[i - 1]?.[0] ?? 0))))
    throw new RangeError(
      `oneCycle: ${steps} steps of which ${rising} rise leave a phase without a step. Take more steps, or another share.`,
    )
  const bend = (x: Tensor): Tensor => (shape === 'line' ? x : halfCosine(x).neg().add(1))
  return step => {
    const phases = ends.map(([end, to], i) => {
      const [begin, from] = ends[i - 1] ?? [0, first]
      return bend(
        done(step)
          .sub(begin)
          .div(end - begin)
          .clip(0, 1),
      )
        .mul(to - from)
        .add(from)
    })
    return phases.reduceRight((later, phase, i) => done(step).greater(ends[i]![0]).where(later, phase))
  }
}
