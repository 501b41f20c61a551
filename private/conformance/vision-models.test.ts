import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  BatchNorm2d,
  compile,
  crossEntropy,
  modules,
  Param,
  ready,
  tensor,
  valueAndGrad,
  variables,
  type Engine,
  type Tensor,
} from '@portolan/core'
import { loadWeights, readSafetensors } from '@portolan/core/node'
import { exportOnnx, verify } from '@portolan/export-onnx'
import { close } from '@portolan/test-kit'
import { AlexNet, CifarResNet, GoogLeNet, InceptionV3, LeNet5, ResNet, VGG, VisionTransformer, type Classifier } from '@portolan/vision'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

interface Case {
  make: () => Classifier
  /** Weight of the auxiliary heads in training. */
  auxiliary?: number
  /** Whether batch norms keep to their running statistics in training. */
  frozen?: boolean
}

const golden = join(import.meta.dirname, '../golden')
const small: Readonly<Record<string, Case>> = {
  lenet5: { make: () => new LeNet5({ numClasses: 5 }) },
  alexnet: { make: () => new AlexNet({ numClasses: 5, width: 1 / 32, dropout: 0 }) },
  vgg16: { make: () => new VGG(16, { numClasses: 5, width: 1 / 32, dropout: 0 }) },
  vgg11_bn: { make: () => new VGG(11, { numClasses: 5, width: 1 / 32, dropout: 0, batchNorm: true }) },
  googlenet: { make: () => new GoogLeNet({ numClasses: 5, width: 1 / 8, dropout: 0, auxiliaryDropout: 0 }), auxiliary: 0.3 },
  inception_v3: { make: () => new InceptionV3({ numClasses: 5, width: 1 / 16, dropout: 0 }), auxiliary: 0.4 },
  resnet34: { make: () => new ResNet(34, { numClasses: 5, width: 1 / 32 }) },
  resnet50: { make: () => new ResNet(50, { numClasses: 5, width: 1 / 16 }) },
  cifar_resnet20: { make: () => new CifarResNet(20, { numClasses: 5, width: 1 / 4 }) },
  vit_b_16: {
    make: () => new VisionTransformer('b_16', { numClasses: 5, imageSize: 8, patchSize: 4, layers: 2, heads: 2, dim: 8, mlpDim: 12 }),
  },
}

const length = (v: ArrayLike<number>): number => Math.hypot(...Array.from(v))

/** Loads torchvision's weights strictly; scores to 1e-4, the loss of a training step to 1e-4, of each gradient the numbers that are kept of it to 1e-3 of their length. */
async function check({ make, auxiliary, frozen = false }: Case, folder: string, name: string, engine: Engine | undefined): Promise<void> {
  const model = make()
  await loadWeights(model, join(folder, `${name}.weights.safetensors`))
  const { tensors } = await readSafetensors(join(folder, `${name}.expected.safetensors`))
  const given = (key: string): Tensor => tensor(tensors[key]!.data, tensors[key]!.shape)
  const tiles = tensors['tiles']!.data[0]!
  const image = given('input').tile([1, 1, tiles, tiles])

  model.eval()
  const forward = compile((x: Tensor) => model.forward(x), { engine })
  close(await (await forward(image)).data(), tensors['logits']!.data as Float32Array, 1e-4, 'scores:')
  await forward.dispose()

  model.train()
  if (frozen) for (const m of modules(model).values()) if (m instanceof BatchNorm2d) m.training = false
  const params = variables(model, Param)
  const kept = [...params].filter(([path]) => tensors[`at/${path}`])
  const none = [...params].filter(([path]) => !tensors[`at/${path}`])
  // a batch norm takes away what a bias before it adds
  expect(none.filter(([path]) => !path.endsWith('.bias'))).toEqual([])
  expect(none.length).toBeLessThan(kept.length / 3)
  const step = (x: Tensor, label: Tensor) => {
    const { value, grads } = valueAndGrad(
      [...kept, ...none].map(([, p]) => p),
      () => {
        if (auxiliary === undefined) return crossEntropy(model.forward(x), label)
        const { logits, auxiliaries } = (model as GoogLeNet).forwardAll(x)
        expect(auxiliaries.length).toBe(name === 'googlenet' ? 2 : 1)
        return auxiliaries.reduce((loss, a) => loss.add(crossEntropy(a, label).mul(auxiliary)), crossEntropy(logits, label))
      },
    )
    const numbers = kept.map(([path], i) => grads[i]!.flatten().gather(given(`at/${path}`)))
    return { loss: value, numbers, rest: grads.slice(kept.length) }
  }
  const run = compile(step, { engine })
  const { loss, numbers, rest } = await run(image, given('label'))
  close(await loss.data(), tensors['loss']!.data as Float32Array, 1e-4, 'loss:')
  for (const [i, [path]] of kept.entries()) {
    const [actual, expected] = [await numbers[i]!.data(), tensors[`grad/${path}`]!.data as Float32Array]
    const apart = length(Array.from(expected, (e, k) => e - actual[k]!)) / length(expected)
    expect(apart, `gradient of ${path}, relative`).toBeLessThanOrEqual(1e-3)
  }
  for (const g of rest) expect(length(await g.data())).toBeLessThan(1e-5)
  await run.dispose()
}

describe("the classifiers with torchvision's weights, made narrow", () => {
  for (const [name, entry] of Object.entries(small))
    it.each(Object.entries({ eager: undefined, ...engines }))(`${name}: %s`, (_, engine) =>
      check(entry, join(golden, 'vision'), name, engine),
    )
})

const side: Readonly<Record<string, number>> = { lenet5: 28, alexnet: 64, inception_v3: 80, vit_b_16: 8, cifar_resnet20: 16 }

describe('the classifiers as ONNX files', () => {
  it.each(Object.keys(small))('%s answers alike at two batch sizes', async name => {
    const model = small[name]!.make()
    await loadWeights(model, join(golden, 'vision', `${name}.weights.safetensors`))
    const size = side[name] ?? 64
    const ports = { image: ['n', name === 'lenet5' ? 1 : 3, size, size] }
    const { sizes } = await verify(model, await exportOnnx(model, ports), ports, { sizes: [1, 3], threads: 1 })
    expect(sizes.map(s => s.size)).toEqual([1, 3])
  })
})

const real: Readonly<Record<string, Case>> = {
  alexnet: { make: () => new AlexNet({ dropout: 0 }) },
  vgg16: { make: () => new VGG(16, { dropout: 0 }) },
  googlenet: { make: () => new GoogLeNet({ dropout: 0, auxiliaryDropout: 0 }), auxiliary: 0.3 },
  inception_v3: { make: () => new InceptionV3({ dropout: 0 }), auxiliary: 0.4 },
  resnet50: { make: () => new ResNet(50) },
  vit_b_16: { make: () => new VisionTransformer('b_16') },
}
const cache = join(import.meta.dirname, '../../.cache/vision')
const python = process.env.PORTOLAN_PYTHON ?? '/usr/bin/python3'
const chosen = (process.env.PORTOLAN_VISION ?? '').split(',')
const missing = Object.keys(real).filter(name => chosen.includes(name) && !existsSync(join(cache, `${name}.weights.safetensors`)))
const canMake = missing.length === 0 || spawnSync(python, ['-c', 'import torchvision']).status === 0

describe("torchvision's models as they are", () => {
  for (const [name, entry] of Object.entries(real)) {
    const reason = !chosen.includes(name)
      ? `it is large: PORTOLAN_VISION=${name} runs it`
      : missing.includes(name) && !canMake
        ? `${python} has no torchvision to make its weights`
        : undefined
    it.skipIf(reason)(
      reason ? `${name}: ${reason}` : name,
      async () => {
        if (missing.includes(name)) execFileSync(python, [join(golden, 'vision_models.py'), cache, name], { stdio: 'inherit' })
        await check({ ...entry, frozen: true }, cache, name, engines.auto)
      },
      600_000,
    )
  }
})
