import { RangeError } from '@portolan/core'
import { clear, label, stroke, type Mark, type Point, type Scene } from './scene.ts'

/** Episodes of one run: after how many steps each ended, and what it returned. */
export type CurvePoints = readonly { readonly steps: number; readonly return: number }[]

/** Options of `learningCurve`. */
export interface LearningCurveOptions {
  readonly title?: string
  /** A return to reach, drawn as a line. */
  readonly goal?: number
  /** Each point is the mean of so many episodes up to it; default 20. */
  readonly window?: number
}

const [width, height, left, right, top, bottom] = [800, 360, 70, 20, 48, 44]
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']

/** A round step that parts a range into about five. */
function stepOf(range: number): number {
  const power = 10 ** Math.floor(Math.log10(range / 4))
  return [1, 2, 5, 10].map(n => n * power).find(s => range / s <= 6)!
}

/**
 * How the returns of runs grew with their steps, one line for each run.
 * @throws RangeError if no episode has ended.
 * @example
 * const svg = sceneToSvg(learningCurve([episodes], { title: 'PPO on CartPole', goal: 475 }))
 */
export function learningCurve(runs: readonly CurvePoints[], { title = '', goal, window = 20 }: LearningCurveOptions = {}): Scene {
  const lines = runs.map(run =>
    run.map(({ steps }, i) => {
      const near = run.slice(Math.max(0, i + 1 - window), i + 1)
      return [steps, near.reduce((sum, e) => sum + e.return, 0) / near.length] as const
    }),
  )
  const all = lines.flat()
  if (!all.length) throw new RangeError('learningCurve: there must be an episode to draw, got none. Learn for longer.')
  const most = Math.max(...all.map(([steps]) => steps))
  const values = [...all.map(([, v]) => v), ...(goal === undefined ? [] : [goal])]
  const [low, high] = [Math.min(...values, 0), Math.max(...values, 0)]
  const range = high - low || 1
  const x = (steps: number): number => left + ((width - left - right) * steps) / most
  const y = (v: number): number => height - bottom - ((height - top - bottom) * (v - low)) / range
  const ticks = (from: number, to: number): number[] => {
    const step = stepOf(to - from || 1)
    return Array.from({ length: Math.floor(to / step) - Math.ceil(from / step) + 1 }, (_, i) => (Math.ceil(from / step) + i) * step)
  }
  const across = (v: number): Point[] => [[left, y(v)], [width - right, y(v)]] // prettier-ignore
  const axes: Mark[] = [
    ...ticks(low, high).flatMap(v => [stroke(across(v), '#e5e5e5', 1), label(left - 30, y(v), short(v), 12, '#555555')]),
    ...ticks(0, most).map(steps => label(x(steps), height - bottom + 16, short(steps), 12, '#555555')),
    label((left + width - right) / 2, height - 12, `steps (each point: the mean of ${window} episodes)`, 12, '#555555'),
    ...(title ? [label(width / 2, 24, title, 16)] : []),
  ]
  // named at the left, where runs are still far from it
  const aim =
    goal === undefined ? [] : [stroke(across(goal), '#555555', 1.5), label(left + 40, y(goal) - 10, `goal ${goal}`, 12, '#555555')]
  const drawn = lines.map((line, i) => stroke(thinned(line).map(([steps, v]) => [x(steps), y(v)]), colors[i % colors.length]!, 1.6)) // prettier-ignore
  return { ...clear(width, height), marks: [...axes, ...aim, ...drawn] }
}

const short = (v: number): string =>
  Math.abs(v) >= 1e6
    ? `${Number((v / 1e6).toFixed(2))}M`
    : Math.abs(v) >= 1e4
      ? `${Number((v / 1e3).toFixed(1))}k`
      : String(Number(v.toPrecision(4)))

/** At most about 800 points: there are no more pixels. */
const thinned = <T>(points: readonly T[]): T[] => {
  const every = Math.ceil(points.length / 800)
  return points.filter((_, i) => i % every === every - 1 || i === points.length - 1)
}
