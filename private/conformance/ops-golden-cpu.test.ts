import { checkGolden } from '@portolan/test-kit'
import { describe, it } from 'vitest'
import { opCases, subject } from './golden-ops.ts'

// nothing here awaits ready(): eager mode's plain backend serves
describe("PyTorch's numbers, forward and backward: eager before its WebAssembly backend starts", () => {
  for (const c of opCases) it(c.name, () => checkGolden(c, subject(c), { engines: {} }))
})
