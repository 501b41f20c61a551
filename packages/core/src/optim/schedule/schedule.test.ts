import { describe, expect, it } from 'vitest'
import { RangeError, tensor } from '../../index.ts'
import { readGolden } from '../../testing/golden.ts'
import { constantRate } from './constant-rate.ts'
import { cosineDecay, cosineRestarts } from './cosine-decay.ts'
import { exponentialDecay } from './exponential-decay.ts'
import { linearRate } from './linear-rate.ts'
import { noam } from './noam.ts'
import { oneCycle } from './one-cycle.ts'
import { polynomialDecay } from './polynomial-decay.ts'
import type { Schedule } from './schedule.ts'
import { multiStepDecay, stepDecay } from './step-decay.ts'
import { warmup } from './warmup.ts'
import { warmupCosine } from './warmup-cosine.ts'

const makers: Record<string, (...args: never[]) => Schedule> = {
  constantRate,
  cosineDecay,
  cosineRestarts,
  exponentialDecay,
  linearRate,
  multiStepDecay,
  noam,
  oneCycle,
  polynomialDecay,
  stepDecay,
  warmup,
}
const make = (name: string, args: readonly unknown[]): Schedule =>
  makers[name]!(...(args.map(a => (Array.isArray(a) && typeof a[0] === 'string' ? make(a[0], a.slice(1)) : a)) as never[]))
const at = (schedule: Schedule, step: number): number => {
  const factor = schedule(tensor(step))
  expect(factor.shape).toEqual([])
  return factor.itemSync()
}

const { base, cases } = readGolden('schedules') as {
  base: number
  cases: { name: string; schedule: string; args: unknown[]; rates: number[] }[]
}

describe('61 steps as PyTorch schedules them', () => {
  for (const { name, schedule, args, rates } of cases)
    it(name, () => {
      const made = make(schedule, args)
      rates.forEach((rate, i) =>
        expect(Math.abs(base * at(made, i + 1) - rate), `step ${i + 1}: ${base * at(made, i + 1)}, not ${rate}`).toBeLessThanOrEqual(
          1e-5 * base,
        ),
      )
    })
})

describe('schedules', () => {
  it('stay where they end', () => {
    for (const s of [cosineDecay(10), polynomialDecay(10), linearRate(1, 0, 10), warmupCosine(2, 10)])
      expect([11, 12, 1000].map(step => at(s, step))).toEqual([0, 0, 0])
    expect(at(oneCycle(10, { divideFirst: 10, divideLast: 10 }), 1000)).toBeCloseTo(0.01, 7)
    expect(at(cosineDecay(10, { floor: 0.25 }), 1000)).toBe(0.25)
  })

  it('begin a period at its first step, however far away', () => {
    for (const longer of [2, 3, 5, 6, 7, 10])
      for (const period of [1, 2, 3, 5]) {
        const schedule = cosineRestarts(7, { longer })
        const begin = (7 * (longer ** period - 1)) / (longer - 1)
        expect(at(schedule, begin + 1), `${longer} times longer, period ${period}`).toBeCloseTo(1, 4)
        expect(at(schedule, begin), `${longer} times longer, before period ${period}`).toBeLessThan(0.1)
      }
    for (const n of [1, 77, 7001]) {
      expect(at(cosineRestarts(49), 49 * n + 1)).toBeCloseTo(1, 6)
      expect(at(stepDecay(49, 0.999), 49 * n + 1) / at(stepDecay(49, 0.999), 49 * n)).toBeCloseTo(0.999, 5)
    }
  })

  it('warms up to 1 and down along a cosine', () => {
    expect([1, 2, 4, 7, 10].map(step => at(warmupCosine(4, 10), step))).toEqual([
      0.25,
      0.5,
      1,
      expect.closeTo(0.5, 6),
      expect.closeTo(0, 6),
    ])
  })

  it('refuses what no schedule is', () => {
    const wrong: (() => Schedule)[] = [
      () => constantRate(-1),
      () => linearRate(1, 0, 0),
      () => warmup(0),
      () => warmup(5, undefined, { from: -1 }),
      () => stepDecay(0),
      () => stepDecay(1.5),
      () => stepDecay(2, 0),
      () => multiStepDecay([]),
      () => multiStepDecay([5, 5]),
      () => exponentialDecay(0),
      () => cosineDecay(NaN),
      () => cosineDecay(10, { floor: -0.1 }),
      () => cosineRestarts(10, { longer: 1.5 }),
      () => oneCycle(100, { rising: 0 }),
      () => oneCycle(100, { rising: 1 }),
      () => oneCycle(100, { rising: 0.6, threePhases: true }),
      () => polynomialDecay(10, { power: -1 }),
      () => noam(0, 10),
      () => warmupCosine(10, 10),
    ]
    for (const make of wrong) expect(make, String(make)).toThrow(RangeError)
  })
})
