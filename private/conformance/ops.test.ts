import { ready } from '@portolan/core'
import { trace } from '@portolan/core/engine'
import { checkOp } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { ops } from '../../packages/core/src/ops/index.ts'
import { engines } from './engines.ts'
import { opCases } from './op-cases.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const opOf = (name: string): string => name.split('/')[0]!

describe('eager = portable = auto, derivatives = differences', () => {
  it('every op has a case', () => expect([...new Set(Object.keys(opCases).map(opOf))].toSorted()).toEqual(Object.keys(ops).toSorted()))

  for (const [name, { f, x, once }] of Object.entries(opCases))
    it(name, async () => {
      expect(trace((...args) => [f(...args)].flat(), x).graph.nodes.map(n => n.op)).toContain(opOf(name))
      await checkOp(name, f, x, { engines, second: once === undefined })
    })
})
