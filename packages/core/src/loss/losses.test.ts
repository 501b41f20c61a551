import { beforeAll, describe, expect, it } from 'vitest'
import { ready } from '../index.ts'
import { expectGolden, readGolden, type GoldenCase } from '../testing/golden.ts'
import { goldenLoss } from './golden-losses.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

describe("PyTorch's numbers, value and gradient", () => {
  for (const c of (readGolden('losses') as { cases: GoldenCase[] }).cases) it(c.name, () => expectGolden(c, goldenLoss(c)))
})
