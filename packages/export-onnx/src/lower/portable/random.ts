import type { Random } from '@portolan/core/engine'
import { randomBits } from '../random.ts'
import type { Lowerings } from './lowering.ts'

export const random: Lowerings<Random> = {
  randomBits: ([state], { shape, bits }, b) => randomBits(b, state, shape, bits),
}
