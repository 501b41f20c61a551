import { join } from 'node:path'
import { compile, evaluating, ready, tensor, type Tensor } from '@portolan/core'
import { loadWeights, readSafetensors } from '@portolan/core/node'
import { gradCam, integratedGradients, ResNet, saliency, VGG, type Classifier } from '@portolan/vision'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const folder = join(import.meta.dirname, '../golden/vision')
const models: Readonly<Record<string, { make: () => Classifier; last: string; middle: string }>> = {
  vgg11_bn: {
    make: () => new VGG(11, { numClasses: 5, width: 1 / 32, batchNorm: true }),
    last: 'features.28',
    middle: 'features.20',
  },
  resnet34: { make: () => new ResNet(34, { numClasses: 5, width: 1 / 32 }), last: 'layer4', middle: 'layer2.1' },
}

describe("PyTorch's explanations", () => {
  for (const [name, { make, last, middle }] of Object.entries(models))
    it.each(Object.entries({ eager: undefined, ...engines }))(`${name}: %s`, async (_, engine) => {
      const model = await loadWeights(make(), join(folder, `${name}.weights.safetensors`))
      const { tensors } = await readSafetensors(join(folder, 'explain.safetensors'))
      const given = (key: string): Tensor => tensor(tensors[`${name}.${key}`]!.data, tensors[`${name}.${key}`]!.shape)
      const [image, options] = [given('image'), { target: given('target'), ...(engine && { engine }) }]
      /** Within 1e-4 of the largest number. */
      const agree = async (actual: Tensor, key: string, scale = 0) => {
        const { shape } = tensors[`${name}.${key}`]!
        const data = Array.from(tensors[`${name}.${key}`]!.data)
        expect(actual.shape, key).toEqual(shape)
        const found = await actual.data()
        const largest = data.reduce((m, v) => Math.max(m, Math.abs(v)), scale)
        const apart = data.reduce((m, v, i) => Math.max(m, Math.abs(v - found[i]!)), 0)
        expect(largest, key).toBeGreaterThan(0)
        expect(apart / largest, key).toBeLessThan(1e-4)
      }
      await agree(await saliency(model, image, options), 'saliency')
      const { attributions, gap } = await integratedGradients(model, image, { ...options, baseline: given('baseline'), steps: 16 })
      await agree(attributions, 'attributions')
      const scores = (await evaluating(model, () => compile((x: Tensor) => model.forward(x))(image))).abs().max() // the gap is a difference of these
      await agree(gap, 'gap', await scores.item())
      for (const layer of [undefined, middle]) {
        const { raw, map } = await gradCam(model, image, { ...options, ...(layer && { layer }) })
        await agree(raw, `${layer ?? last}.cam`)
        await agree(map, `${layer ?? last}.map`)
      }
      expect(model.training).toBe(true)
    })
})
