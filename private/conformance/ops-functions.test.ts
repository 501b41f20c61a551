import { ready } from '@portolan/core'
import { checkGolden } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { functionCases, functionOf } from './golden-functions.ts'

describe("PyTorch's numbers, methods and functions of several ops: eager before its WebAssembly backend starts", () => {
  for (const c of functionCases) it(c.name, () => checkGolden(c, functionOf(c) as Parameters<typeof checkGolden>[1], { engines: {} }))
})

describe("PyTorch's numbers, methods and functions of several ops: eager and both lowerings", () => {
  beforeAll(async () => expect(await ready()).toBe('wasm'))
  for (const c of functionCases) it(c.name, () => checkGolden(c, functionOf(c) as Parameters<typeof checkGolden>[1], { engines }))
})
