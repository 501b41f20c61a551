import { ready, tensor, type Tensor } from '@portolan/core'
import { ints, noise, runLayerTest, type GoldenTensor } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { exporter } from './exporter.ts'
import { layerCases } from './layer-cases.ts'
import { zooCases, type ZooCase } from './zoo-golden.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

/** Like an input of the case, for a batch of n: numbers around those of the case, or indices and masks as it has them. */
function like({ shape, dtype, data }: GoldenTensor, n: number): Tensor {
  const batch = [n, ...shape.slice(1)]
  const numbers = data.map(Number)
  if (dtype === 'float32') return noise(batch, { offset: numbers.some(v => v < 0) ? 0 : 1.5 })
  if (dtype === 'int32') return ints(batch, Math.max(...numbers) + 1)
  const rows = data.length / shape[0]!
  return tensor(Uint8Array.from({ length: n * rows }, (_, i) => numbers[i % data.length]!), batch, dtype)
}

const shapes = (c: ZooCase, n: number): number[][] => c.outputs.map(t => [n, ...t.shape.slice(1)])

describe('every layer and block keeps what all layers keep', () => {
  for (const c of zooCases) {
    const { make, forward, notGeneral } = layerCases[c.name]!
    if (notGeneral) continue
    it(c.name, () =>
      runLayerTest({
        make, forward, engines, exporter,
        inputs: n => c.inputs.map(t => like(t, n)),
        outputs: n => shapes(c, n),
        weights: Object.fromEntries(Object.entries(c.state).map(([path, t]) => [path, t.shape])),
      }))
  }
})
