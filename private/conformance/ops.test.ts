import { ready } from '@portolan/core'
import { trace, type Graph } from '@portolan/core/engine'
import { checkOp, list, type Fn } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { ops } from '../../packages/core/src/ops/index.ts'
import { engines } from './engines.ts'
import { controlCases, elementwiseCases } from './op-cases-elementwise.ts'
import { indexCases } from './op-cases-index.ts'
import { linalgCases } from './op-cases-linalg.ts'
import { reduceCases } from './op-cases-reduce.ts'
import { shapeCases } from './op-cases-shape.ts'
import { opCases } from './op-cases.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

describe('eager = portable = auto, derivatives = differences', () => {
  it('every op stands in the graph of a case', () => {
    const used = (f: Fn, x: OpCaseInputs): string[] => graphOps(trace((...args) => list(f(...args)), [...x]).graph)
    const all = [opCases, elementwiseCases, controlCases, indexCases, linalgCases, reduceCases, shapeCases].flatMap(cases => Object.values(cases))
    expect([...new Set(all.flatMap(({ f, x }) => used(f, x)))].toSorted()).toEqual(Object.keys(ops).toSorted())
  })

  for (const [name, { f, x, once }] of Object.entries(opCases))
    it(name, async () => {
      expect(graphOps(trace((...args) => list(f(...args)), x).graph)).toContain(name.split('/')[0])
      await checkOp(name, f, x, { engines, second: once === undefined })
    })
})

type OpCaseInputs = readonly Parameters<Fn>[number][]
const graphOps = (graph: Graph): string[] => graph.nodes.map(n => n.op)
