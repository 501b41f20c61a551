import { expect } from 'vitest'

/** Equal infinities are 0 apart; NaN is far from everything, itself included. */
const apart = (a: number, e: number): number => {
  if (a === e) return 0
  const d = Math.abs(a - e) / Math.max(1, Math.abs(e))
  return Number.isFinite(e) && d < Infinity ? d : Infinity
}

/** Two lists of numbers agree: |a − e| ≤ tolerance·max(1, |e|) for each. NaN never passes. */
export function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5, what = ''): void {
  expect(actual.length, what).toBe(expected.length)
  let worst = 0
  for (let i = 0; i < expected.length; i++) if (apart(actual[i]!, expected[i]!) > apart(actual[worst]!, expected[worst]!)) worst = i
  if (!expected.length) return
  const d = apart(actual[worst]!, expected[worst]!)
  expect(d, `${what} number ${worst} of ${expected.length} is ${actual[worst]}, not ${expected[worst]}: differs by`).toBeLessThanOrEqual(
    tolerance,
  )
}
