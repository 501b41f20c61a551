import { clear, disc, polygon, rotated, type Scene } from '../draw/scene.ts'
import type { TimeLimited } from './cart-pole.ts'
import type { Env } from './env.ts'
import { environment } from './environment.ts'
import { box, type Box } from './space.ts'
import { timeLimit } from './time-limit.ts'

const [gravity, mass, length, dt, fastest, strongest] = [10, 1, 1, 0.05, 8, 2]
/** The same angle in [−π, π). */
const around = (angle: number): number => angle + Math.PI - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI)) - Math.PI

/**
 * A pendulum is swung up and held by torques within ±2 N·m. Gymnasium: Pendulum-v1, 200 steps; it never terminates.
 *
 * Observation: cos θ, sin θ, θ′ (±8 rad/s); θ = 0 is upright. θ″ = 3g/2l · sin θ + 3/(m·l²) · u, steps of 50 ms;
 * reward −(θ² + 0.1·θ′² + 0.001·u²) of the state before, θ in [−π, π).
 * @example
 * const env = pendulum()
 * env.reset({ seed: 1 })
 * const { reward } = env.step(Float32Array.of(1.5))
 */
export const pendulum = ({ maxSteps = 200 }: TimeLimited = {}): Env<Box, Box> =>
  timeLimit(
    environment({
      name: 'pendulum',
      observationSpace: box([-1, -1, -fastest], [1, 1, fastest], [3]),
      actionSpace: box(-strongest, strongest, [1]),
      start: rng => [(2 * rng.uniform() - 1) * Math.PI, 2 * rng.uniform() - 1, 0],
      step([angle, spin]: readonly number[], [u]) {
        const reward = -(around(angle!) ** 2 + 0.1 * spin! ** 2 + 0.001 * u! ** 2)
        const faster = spin! + (((3 * gravity) / (2 * length)) * Math.sin(angle!) + (3 / (mass * length ** 2)) * u!) * dt
        const next = Math.min(Math.max(faster, -fastest), fastest)
        return { state: [angle! + next * dt, next, u!], reward, terminated: false }
      },
      observe: ([angle, spin]) => Float32Array.of(Math.cos(angle!), Math.sin(angle!), spin!),
      draw,
    }),
    maxSteps,
  )

/** 400 × 400; an arc would need another mark: the torque is a bar at the bottom. */
function draw([angle, , u]: readonly number[]): Scene {
  const rod = [[-12, 12], [-12, -120], [12, -120], [12, 12]].map(([px, py]) => rotated(px!, py!, -angle!, 200, 200)) // prettier-ignore
  const bar = (u! / strongest) * 100
  return {
    ...clear(400, 400),
    marks: [
      polygon(rod, '#cc4d4d'),
      disc(...rotated(0, -120, -angle!, 200, 200), 12, '#cc4d4d'),
      disc(200, 200, 6, '#000000'),
      polygon([[200, 380], [200 + bar, 380], [200 + bar, 388], [200, 388]], '#0072b2'), // prettier-ignore
    ],
  }
}
