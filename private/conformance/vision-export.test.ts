import { ready, seed } from '@portolan/core'
import { exportOnnx, verify } from '@portolan/export-onnx'
import { CifarResNet, ResNet, SSD, UNet, VGG, VisionTransformer, type Classifier } from '@portolan/vision'
import { beforeAll, describe, expect, it } from 'vitest'

beforeAll(async () => expect(await ready()).toBe('wasm'))

/** The depths that vision-models.test.ts does not have; what comes out of them has no golden numbers, as one depth of each has. */
const classifiers: Readonly<Record<string, { make: () => Classifier; side: number; tolerance?: number }>> = {
  vgg13: { make: () => new VGG(13, { numClasses: 5, width: 1 / 32 }), side: 32 },
  vgg19_bn: { make: () => new VGG(19, { numClasses: 5, width: 1 / 32, batchNorm: true }), side: 32 },
  resnet18: { make: () => new ResNet(18, { numClasses: 5, width: 1 / 16 }), side: 48 },
  // Rounding adds up over a hundred layers: 1.1e-5 where the processor has no AVX-512, and sums in another order.
  resnet101: { make: () => new ResNet(101, { numClasses: 5, width: 1 / 32 }), side: 32, tolerance: 2e-5 },
  resnet152: { make: () => new ResNet(152, { numClasses: 5, width: 1 / 32 }), side: 32 },
  cifar_resnet56: { make: () => new CifarResNet(56, { numClasses: 5, width: 1 / 4 }), side: 16 },
  vit_l_16: {
    make: () => new VisionTransformer('l_16', { numClasses: 5, imageSize: 32, layers: 3, heads: 2, dim: 16, mlpDim: 24 }),
    side: 32,
  },
}

describe('as ONNX files, at two batch sizes', () => {
  it.each(Object.entries(classifiers))('%s', async (_, { make, side, tolerance = 1e-5 }) => {
    seed(3)
    const model = make()
    const ports = { image: ['n', 3, side, side] }
    const { sizes } = await verify(model, await exportOnnx(model, ports), ports, { sizes: [1, 3], threads: 1, tolerance })
    expect(sizes.map(s => s.size)).toEqual([1, 3])
  })

  it.each([false, true])('a U-Net, bilinear: %s', async bilinear => {
    seed(3)
    const model = new UNet({ numClasses: 4, width: 4, bilinear })
    const ports = { image: ['n', 3, 36, 50] }
    const { sizes } = await verify(model, await exportOnnx(model, ports), ports, { sizes: [1, 3], threads: 1 })
    expect(sizes.map(s => s.size)).toEqual([1, 3])
  })

  it('a detector, with both of its outputs', async () => {
    seed(3)
    const model = new SSD({ numClasses: 2, width: 4, pyramid: 8, blocks: [1, 1, 1, 1] })
    const ports = { image: ['n', 3, 64, 96] }
    const { sizes } = await verify(model, await exportOnnx(model, ports), ports, { sizes: [1, 3], threads: 1 })
    expect(sizes.map(s => s.size)).toEqual([1, 3])
  })
})
