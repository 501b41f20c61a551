import { clear, disc, polygon, rotated, stroke, type Point, type Scene } from '../draw/scene.ts'
import type { TimeLimited } from './cart-pole.ts'
import type { Env } from './env.ts'
import { environment } from './environment.ts'
import { box, discrete, type Box, type Discrete } from './space.ts'
import { timeLimit } from './time-limit.ts'

const [left, right, goal, fastest] = [-1.2, 0.6, 0.5, 0.07]
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)

/**
 * A car too weak for the hill swings itself up: push left (0), not (1) or right (2), reward −1 a step until it is at 0.5.
 * Gymnasium: MountainCar-v0, 200 steps.
 *
 * Observation: position (−1.2 … 0.6), velocity (±0.07). v ← v + 0.001·(a − 1) − 0.0025·cos 3x, x ← x + v; the left end stops it.
 * @see Moore, "Efficient Memory-based Learning for Robot Control", 1990.
 * @example
 * const env = mountainCar()
 * const { observation } = env.reset({ seed: 1 }) // somewhere in −0.6 … −0.4, at rest
 */
export const mountainCar = ({ maxSteps = 200 }: TimeLimited = {}): Env<Box, Discrete> =>
  timeLimit(
    environment({
      name: 'mountainCar',
      observationSpace: box([left, -fastest], [right, fastest], [2]),
      actionSpace: discrete(3),
      start: rng => [-0.6 + 0.2 * rng.uniform(), 0],
      step([x, v]: readonly number[], action) {
        const speed = clamp(v! + (action - 1) * 0.001 - 0.0025 * Math.cos(3 * x!), -fastest, fastest)
        const at = clamp(x! + speed, left, right)
        const stopped = at === left && speed < 0 ? 0 : speed
        return { state: [at, stopped], reward: -1, terminated: at >= goal && stopped >= 0 }
      },
      observe: state => Float32Array.from(state),
      draw,
    }),
    maxSteps,
  )

/** 600 × 400. */
function draw([x]: readonly number[]): Scene {
  const scale = 600 / (right - left)
  const point = (at: number, above = 0): Point => [(at - left) * scale, 400 - (0.45 * Math.sin(3 * at) + 0.55) * scale - above]
  const road = Array.from({ length: 101 }, (_, i) => point(left + ((right - left) * i) / 100))
  const tilt = -Math.atan(1.35 * Math.cos(3 * x!))
  const [cx, cy] = point(x!, 10)
  const flag = point(goal)
  const car = [[-20, 0], [-20, -20], [20, -20], [20, 0]].map(([px, py]) => rotated(px!, py!, tilt, cx, cy)) // prettier-ignore
  const wheels = [-10, 10].map(px => disc(...rotated(px, 0, tilt, cx, cy), 8, '#808080'))
  const pole: readonly Point[] = [flag, [flag[0], flag[1] - 50]]
  const cloth: readonly Point[] = [[flag[0], flag[1] - 50], [flag[0], flag[1] - 40], [flag[0] + 25, flag[1] - 45]] // prettier-ignore
  return {
    ...clear(600, 400),
    marks: [stroke(road, '#000000', 1), polygon(car, '#000000'), ...wheels, stroke(pole, '#000000', 1), polygon(cloth, '#cccc00')],
  }
}
