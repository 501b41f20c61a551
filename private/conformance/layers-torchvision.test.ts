import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { compile, Param, ready, tensor, valueAndGrad, variables, type Engine, type Layer, type Module, type Tensor } from '@portolan/core'
import { loadWeights, readSafetensors } from '@portolan/core/node'
import { LSTM, TransformerEncoder } from '@portolan/layers'
import { close } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { MobileNetV2, ResNet18, VGG11BN, VisionTransformer } from './torchvision-models.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

type Model = readonly [model: Module, forward: (x: Tensor) => Tensor]
const plain = (model: Layer): Model => [model, x => model.forward(x)]

/** As torchvision rounds channels: to a multiple of 2, at least 2, and not below nine tenths. */
function rounded(channels: number): number {
  const v = channels / 16
  const near = Math.max(2, Math.floor((v + 1) / 2) * 2)
  return near < 0.9 * v ? near + 2 : near
}

const golden = join(import.meta.dirname, '../golden')
const kept = join(golden, 'torchvision')
const small: Readonly<Record<string, () => Model>> = {
  resnet18: () => plain(new ResNet18({ width: 2, classes: 5 })),
  vgg11_bn: () => plain(new VGG11BN({ width: 2, hidden: 8, classes: 5 })),
  mobilenet_v2: () => plain(new MobileNetV2({ narrow: rounded, last: 16, classes: 5 })),
  vit_b_16: () => plain(new VisionTransformer({ image: 8, patch: 4, layers: 2, heads: 2, dim: 8, hidden: 12, classes: 5 })),
  lstm: () => {
    const model = new LSTM(3, 4, { layers: 2, bidirectional: true })
    return [model, x => model.forward(x)[0]]
  },
  transformer_encoder: () => plain(new TransformerEncoder(8, 2, { layers: 2, feedForward: 12, norm: true })),
}

/** Loads the weights strictly; logits to 1e-4, each parameter's gradient, of the numbers that are kept of it, to 1e-3 of its length. */
async function check([model, forward]: Model, folder: string, name: string, engine: Engine | undefined): Promise<void> {
  await loadWeights(model.eval(), join(folder, `${name}.weights.safetensors`))
  const { tensors } = await readSafetensors(join(folder, `${name}.expected.safetensors`))
  const given = (key: string): Tensor => tensor(tensors[key]!.data as Float32Array, tensors[key]!.shape)
  const params = variables(model, Param)
  const step = (x: Tensor, cotangent: Tensor) => {
    let logits = x
    const { grads } = valueAndGrad([...params.values()], () => (logits = forward(x)).mul(cotangent).sum())
    return { logits, grads: grads.map((g, i) => g.flatten().gather(tensor(tensors[`at/${[...params.keys()][i]!}`]!.data as Int32Array))) }
  }
  const run = compile(step, { engine })
  const { logits, grads } = await run(given('input'), given('cotangent'))
  close(await logits.data(), tensors.logits!.data as Float32Array, 1e-4, 'logits:')
  const length = (v: ArrayLike<number>): number => Math.hypot(...Array.from(v))
  for (const [i, path] of [...params.keys()].entries()) {
    const [actual, expected] = [await grads[i]!.data(), tensors[`grad/${path}`]!.data as Float32Array]
    const apart = length(Array.from(expected, (e, k) => e - actual[k]!)) / length(expected)
    expect(apart, `gradient of ${path}, relative`).toBeLessThanOrEqual(1e-3)
  }
  await run.dispose()
}

describe("torchvision's architectures, made narrow", () => {
  for (const [name, make] of Object.entries(small))
    it.each(Object.entries({ eager: undefined, ...engines }))(`${name}: %s`, (_, engine) => check(make(), kept, name, engine))
})

const real: Readonly<Record<string, () => Layer>> = {
  resnet18: () => new ResNet18(),
  mobilenet_v2: () => new MobileNetV2(),
  vgg11_bn: () => new VGG11BN(),
  vit_b_16: () => new VisionTransformer(),
}
const cache = join(import.meta.dirname, '../../.cache/torchvision')
const python = process.env.PORTOLAN_PYTHON ?? '/usr/bin/python3'
const chosen = (process.env.PORTOLAN_TORCHVISION ?? 'resnet18,mobilenet_v2').split(',')
const missing = Object.keys(real).filter(name => chosen.includes(name) && !existsSync(join(cache, `${name}.weights.safetensors`)))
const canMake = missing.length === 0 || spawnSync(python, ['-c', 'import torchvision']).status === 0

describe("torchvision's models", () => {
  for (const [name, make] of Object.entries(real)) {
    const reason = !chosen.includes(name)
      ? `it is large: PORTOLAN_TORCHVISION=${name} runs it`
      : missing.includes(name) && !canMake
        ? `${python} has no torchvision to make its weights`
        : undefined
    it.skipIf(reason)(
      reason ? `${name}: ${reason}` : name,
      async () => {
        if (missing.includes(name)) execFileSync(python, [join(golden, 'torchvision_models.py'), cache, name])
        await check(plain(make()), cache, name, engines.auto)
      },
      600_000,
    )
  }
})
