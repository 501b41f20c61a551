import { ready } from '@portolan/core'
import { checkOp, checkSame } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import type { FamilyCases } from './family-cases.ts'

/** Every case: eager = portable = auto, first and second derivatives = differences. */
export function testFamily(family: string, cases: FamilyCases): void {
  describe(`${family}: eager = portable = auto, derivatives = differences`, () => {
    beforeAll(async () => expect(await ready()).toBe('wasm'))
    for (const [name, { f, x, forward, eps, once }] of Object.entries(cases))
      it(name, () =>
        forward
          ? checkSame({ [name]: f }, x, engines)
          : checkOp(name, f, x, { engines, second: once === undefined, ...(eps !== undefined && { eps }) }),
      )
  })
}
