import {
  adam,
  BatchNorm2d,
  binaryCrossEntropyWithLogits,
  Conv2d,
  ConvTranspose2d,
  leakyRelu,
  Linear,
  Module,
  type Tensor,
} from '@portolan/core'
import type { Batch, Benchmark } from '../benchmark.ts'

interface DcganSizes {
  n: number
  /** Height and width of an image, a multiple of 4. */
  size: number
  z: number
  width: number
}

class Generator extends Module {
  seed: Linear
  bn1: BatchNorm2d
  up1: ConvTranspose2d
  bn2: BatchNorm2d
  up2: ConvTranspose2d
  constructor(readonly sizes: DcganSizes) {
    super()
    const { size, z, width } = sizes
    const twice = { stride: 2, padding: 2, outputPadding: 1 }
    this.seed = new Linear(z, 4 * width * (size / 4) ** 2, { bias: false })
    this.bn1 = new BatchNorm2d(4 * width)
    this.up1 = new ConvTranspose2d(4 * width, 2 * width, 5, { ...twice, bias: false })
    this.bn2 = new BatchNorm2d(2 * width)
    this.up2 = new ConvTranspose2d(2 * width, 1, 5, twice)
  }
  forward(z: Tensor): Tensor {
    const { size, width } = this.sizes
    let x = this.seed.forward(z).reshape([-1, 4 * width, size / 4, size / 4]) // [n, 128, 7, 7]
    x = leakyRelu(this.bn1.forward(x), 0.2)
    x = leakyRelu(this.bn2.forward(this.up1.forward(x)), 0.2) // [n, 64, 14, 14]
    return this.up2.forward(x).tanh() // [n, 1, 28, 28]
  }
}

class Discriminator extends Module {
  conv1: Conv2d
  conv2: Conv2d
  out: Linear
  constructor({ size, width }: DcganSizes) {
    super()
    this.conv1 = new Conv2d(1, width, 3, { stride: 2, padding: 1 })
    this.conv2 = new Conv2d(width, 2 * width, 3, { stride: 2, padding: 1 })
    this.out = new Linear(2 * width * (size / 4) ** 2, 1)
  }
  forward(x: Tensor): Tensor {
    x = leakyRelu(this.conv1.forward(x), 0.2) // [n, 32, 14, 14]
    x = leakyRelu(this.conv2.forward(x), 0.2) // [n, 64, 7, 7]
    return this.out.forward(x.flatten(1))
  }
}

export const dcgan: Benchmark<DcganSizes> = {
  title: 'DCGAN, both updates, 28×28, batch 128',
  full: { n: 128, size: 28, z: 100, width: 32 },
  at: sizes => ({
    batch: { image: { shape: [sizes.n, 1, sizes.size, sizes.size] }, z: { shape: [sizes.n, sizes.z] } },
    make() {
      const [generator, discriminator] = [new Generator(sizes), new Discriminator(sizes)]
      const [gOptimizer, dOptimizer] = [
        adam(2e-4, { betas: [0.5, 0.999] }).init(generator),
        adam(2e-4, { betas: [0.5, 0.999] }).init(discriminator),
      ]
      const model = { generator, discriminator }
      const step = ({ image, z }: Batch): { d: Tensor; g: Tensor } => {
        const d = dOptimizer.minimize(discriminator, () => {
          const [real, fake] = [discriminator.forward(image!), discriminator.forward(generator.forward(z!))]
          return binaryCrossEntropyWithLogits(real, real.onesLike()).add(binaryCrossEntropyWithLogits(fake, fake.zerosLike()))
        })
        const g = gOptimizer.minimize(generator, () => {
          const fake = discriminator.forward(generator.forward(z!))
          return binaryCrossEntropyWithLogits(fake, fake.onesLike())
        })
        return { d, g }
      }
      return { model, state: { model, gOptimizer, dOptimizer }, step }
    },
  }),
}
