import { ready } from '@portolan/core'
import { checkGolden } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { opCases, subject } from './golden-ops.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

describe("PyTorch's numbers, forward and backward: eager and both lowerings", () => {
  for (const c of opCases) it(c.name, () => checkGolden(c, subject(c), { engines }))
})
