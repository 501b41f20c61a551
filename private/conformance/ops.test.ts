import { ready, type Tensor } from '@portolan/core'
import { trace } from '@portolan/core/engine'
import { checkOp, list, type Fn } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { ops } from '../../packages/core/src/ops/index.ts'
import { engines } from './engines.ts'
import { families } from './families.ts'
import { opCases } from './op-cases.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

/** The ops of a function's graph. */
const opsOf = (f: Fn, x: readonly Tensor[]): string[] => trace((...args) => list(f(...args)), [...x]).graph.nodes.map(n => n.op)

/** Only gradients see them, and their gradients are no differences: `autodiff/nested.test.ts` of core holds them. */
const gradientOnly = new Set(['custom', 'stopGradient'])

describe('eager = portable = auto, derivatives = differences', () => {
  it('every op stands in the graph of a case', () => {
    const all = [opCases, ...Object.values(families)].flatMap(cases => Object.values(cases))
    expect([...new Set(all.flatMap(({ f, x }) => opsOf(f, x)))].toSorted()).toEqual(
      Object.keys(ops)
        .filter(op => !gradientOnly.has(op))
        .toSorted(),
    )
  })

  for (const [name, { f, x, once }] of Object.entries(opCases))
    it(name, async () => {
      expect(opsOf(f, x)).toContain(name.split('/')[0])
      await checkOp(name, f, x, { engines, second: once === undefined })
    })
})
