import { HostRng } from '@portolan/core'
import type { Matrix, Weights } from './by-hand.ts'

/** Exclusive or: what no single neuron can learn. */
export const xor: { x: Matrix; y: Matrix } = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]] } // prettier-ignore

export function initialWeights(seed: number): Weights {
  const rng = new HostRng(seed)
  const normal = () => rng.normal()
  return { w1: [0, 1].map(() => [normal(), normal(), normal()]), b1: [0, 0, 0], w2: [[normal()], [normal()], [normal()]], b2: [0] }
}
