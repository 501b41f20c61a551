import type { Family, Sig } from './op.ts'

/** Signature of random bits. */
export interface Random {
  randomBits: Sig<1, { shape: number[]; bits: number }>
}

export const random: Family<Random> = {
  /**
   * state int32 [key's low word, key's high word, draw] → int32 in [0, 2^bits), 1 ≤ bits ≤ 31: the highest bits of
   * Squares (Widynski 2020) at the counter draw·2³² + i for the element i, in row-major order.
   */
  randomBits: { infer: (_, { shape }) => ({ shape, dtype: 'int32' }), vjp: null },
}
