import { clear, disc, polygon, rectangle, rotated, stroke, type Scene } from '../draw/scene.ts'
import type { Env } from './env.ts'
import { environment } from './environment.ts'
import { box, discrete, type Box, type Discrete } from './space.ts'
import { timeLimit } from './time-limit.ts'

const gravity = 9.8
const cartMass = 1
const poleMass = 0.1
const mass = cartMass + poleMass
/** Half of the pole, in m. */
const length = 0.5
const force = 10
/** Seconds in a step. */
const dt = 0.02
const farthest = 2.4
const steepest = (12 * Math.PI) / 180

/** Options of an environment whose episodes may be cut. */
export interface TimeLimited {
  /** After so many steps an episode is cut; Infinity: never. */
  readonly maxSteps?: number
}

/**
 * A pole on a cart is kept upright by pushes of 10 N to the left (0) or right (1): reward 1 a step, until it leans by more than 12° or
 * the cart is 2.4 m off. Gymnasium: CartPole-v1, 500 steps.
 *
 * Observation: position (m), velocity (m/s), angle (rad), angular velocity (rad/s); each begins within ±0.05.
 *
 * θ″ = (g·sin θ − f·cos θ) / (l·(4/3 − m·cos²θ/M)), x″ = f − m·l·θ″·cos θ/M with f = (F + m·l·θ′²·sin θ)/M; Euler steps of 20 ms.
 * @see Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning control problems", 1983.
 * @example
 * const env = cartPole()
 * env.reset({ seed: 1 })
 * const { observation, reward } = env.step(1)
 */
export const cartPole = ({ maxSteps = 500 }: TimeLimited = {}): Env<Box, Discrete> =>
  timeLimit(
    environment({
      name: 'cartPole',
      observationSpace: box([-2 * farthest, -Infinity, -2 * steepest, -Infinity], [2 * farthest, Infinity, 2 * steepest, Infinity], [4]),
      actionSpace: discrete(2),
      start: rng => Array.from({ length: 4 }, () => 0.1 * rng.uniform() - 0.05),
      step([x, v, angle, spin]: readonly number[], action) {
        const sin = Math.sin(angle!)
        const cos = Math.cos(angle!)
        const f = ((action === 1 ? force : -force) + poleMass * length * spin! * spin! * sin) / mass
        const turn = (gravity * sin - cos * f) / (length * (4 / 3 - (poleMass * cos * cos) / mass))
        const push = f - (poleMass * length * turn * cos) / mass
        const state = [x! + dt * v!, v! + dt * push, angle! + dt * spin!, spin! + dt * turn]
        return { state, reward: 1, terminated: Math.abs(state[0]!) > farthest || Math.abs(state[2]!) > steepest }
      },
      observe: state => new Float32Array(state),
      draw,
    }),
    maxSteps,
  )

/** 600 × 400, 4.8 m wide. */
function draw([x, , angle]: readonly number[]): Scene {
  const scale = 600 / (2 * farthest)
  const [cx, cy] = [300 + x! * scale, 300]
  const pole = polygon(
    [
      [-5, 5],
      [-5, -(2 * length * scale)],
      [5, -(2 * length * scale)],
      [5, 5],
    ].map(([px, py]) => rotated(px!, py!, angle!, cx, cy - 15)),
    '#ca9865',
  )
  return {
    ...clear(600, 400),
    marks: [
      stroke(
        [
          [0, cy],
          [600, cy],
        ],
        '#000000',
        1,
      ),
      rectangle(cx - 25, cy - 15, 50, 30, '#000000'),
      pole,
      disc(cx, cy - 15, 5, '#8184cc'),
    ],
  }
}
