import { accuracy, binaryAccuracy, perplexity, ready, topKAccuracy } from '@portolan/core'
import { checkGolden, checkSame, goldenCases, ints, noise, type Fn } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { goldenLoss } from '../../packages/core/src/loss/golden-losses.ts'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

describe("every loss: PyTorch's numbers, value and gradient, eager and on every engine", () => {
  for (const c of goldenCases('losses')) it(c.name, () => checkGolden(c, goldenLoss(c), { engines }))
})

describe('metrics of a batch: eager and on every engine', () => {
  const metrics: Record<string, Fn> = {
    accuracy: (x, y) => accuracy(x!, y!),
    'accuracy with a mask': (x, y) => accuracy(x!, y!, { mask: y!.notEqual(2) }),
    topKAccuracy: (x, y) => topKAccuracy(2)(x!, y!),
    binaryAccuracy: x => binaryAccuracy(x!, x!.sin().greater(0.5).cast('float32')),
    perplexity: (x, y) => perplexity(x!, y!),
  }
  for (const [name, f] of Object.entries(metrics)) it(name, () => checkSame({ [name]: f }, [noise([4, 6, 5]), ints([4, 6], 5)], engines))
})
