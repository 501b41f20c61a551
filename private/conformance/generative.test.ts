import { join } from 'node:path'
import {
  compile,
  defaultRng,
  Ema,
  grad,
  load,
  mse,
  Param,
  ready,
  Rng,
  seed,
  sgd,
  tensor,
  valueAndGrad,
  variables,
  type Engine,
  type Module,
  type Tensor,
  type TrainStep,
} from '@portolan/core'
import { loadWeights, readSafetensors } from '@portolan/core/node'
import {
  addNoise,
  ContextEncoder,
  ConvAutoencoder,
  cosineNoise,
  DCGANDiscriminator,
  DCGANGenerator,
  DDIMSampler,
  ddimStep,
  ddpmStep,
  DenseAutoencoder,
  DenseGenerator,
  DiffusionUNet,
  diffusionStep,
  ganStep,
  gradientPenalty,
  GuidedDenoiser,
  gram,
  inpaintStep,
  linearNoise,
  negativeElbo,
  reparametrize,
  sampleDdim,
  VAE,
  VAESampler,
  vaeStep,
  VelocityDenoiser,
  wganStep,
} from '@portolan/generative'
import { exportOnnx, OnnxModel, verify } from '@portolan/export-onnx'
import { close } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { numbers } from './test-course.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const all: Readonly<Record<string, Engine | undefined>> = { eager: undefined, ...engines }
const folder = join(import.meta.dirname, '../golden/generative')

/** What PyTorch was given and found. */
async function golden(name: string) {
  const { tensors } = await readSafetensors(join(folder, `${name}.expected.safetensors`))
  const part = (prefix: string) =>
    Object.fromEntries(Object.entries(tensors).flatMap(([key, t]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), t]] : [])))
  const input = Object.fromEntries(Object.entries(part('input/')).map(([key, t]) => [key, tensor(t.data, t.shape)]))
  return { input, output: part('output/'), grads: part('grad/') }
}
const withWeights = <M extends Module>(model: M, name: string): Promise<M> =>
  loadWeights(model, join(folder, `${name}.weights.safetensors`))

/** Numbers and gradients are PyTorch's to 1e-4 of the largest of each. */
async function check(
  name: string,
  model: Module,
  engine: Engine | undefined,
  f: (input: Record<string, Tensor>) => Record<string, Tensor> & { loss: Tensor },
): Promise<void> {
  const { input, output, grads } = await golden(name)
  const params = variables(model, Param)
  const run = compile(
    (given: Record<string, Tensor>) => {
      const found = valueAndGrad([...params.values()], () => f(given))
      return { value: found.value, grads: found.grads }
    },
    { engine },
  )
  const found = await run(input)
  for (const [key, { data }] of Object.entries(output)) await near(found.value[key]!, data, key)
  expect([...params.keys()].toSorted()).toEqual(Object.keys(grads).toSorted())
  for (const [i, path] of [...params.keys()].entries()) await near(found.grads[i]!, grads[path]!.data, path)
  await run.dispose()
}
async function near(actual: Tensor, expected: ArrayLike<number>, what: string): Promise<void> {
  const largest = Array.from(expected).reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3)
  close(
    Array.from(await actual.data(), v => v / largest),
    Array.from(expected, v => v / largest),
    1e-4,
    what,
  )
}

describe("PyTorch's numbers and gradients", () => {
  const bounds = { vae: { make: () => new VAE({ shape: [1, 6, 6], hidden: [16, 8], latents: 3 }), klWeight: 1 }, vae_two: { make: () => new VAE({ shape: [1, 6, 6], hidden: [20, 12, 10, 8, 6], latents: 2 }), klWeight: 0.5 } } // prettier-ignore
  for (const [name, { make, klWeight }] of Object.entries(bounds))
    it.each(Object.entries(all))(`the negative bound of ${name}: %s`, async (_, engine) => {
      const model = await withWeights(make(), name)
      await check(name, model, engine, ({ x, noise }) => {
        const q = model.encode(x!)
        const logits = model.decode(reparametrize(q, noise!))
        return { logits, ...negativeElbo(logits, x!, q, { klWeight }) }
      })
    })

  const unets = {
    diffusion_unet: () => new DiffusionUNet({ width: 8, multipliers: [1, 2] }),
    diffusion_patches: () => new DiffusionUNet({ width: 8, multipliers: [1, 3], patch: 2, classes: 3 }),
  }
  for (const [name, make] of Object.entries(unets))
    it.each(Object.entries(all))(`the denoiser ${name}: %s`, async (_, engine) => {
      const model = await withWeights(make(), name)
      const schedule = linearNoise(100, { start: 1e-3, end: 0.2 })
      await check(name, model, engine, ({ x, t, noise, label }) => {
        const said = model.forward(addNoise(schedule, x!, t!, noise!), t!, label)
        return { said, loss: mse(said, noise!) }
      })
    })

  it.each(Object.entries(all))('steps of DDPM and DDIM: %s', async (_, engine) => {
    const { tensors } = await readSafetensors(join(folder, 'diffusion.safetensors'))
    for (const [name, schedule] of Object.entries({ linear: linearNoise(), cosine: cosineNoise() })) {
      close(schedule.alphaBars, tensors[`${name}/alpha_bars`]!.data, 1e-6)
      const [x, noise, fresh, t, to] = ['x', 'noise', 'fresh', 't', 'to'].map(key => {
        const { data, shape } = tensors[`${name}/${key}`]!
        return tensor(data, shape)
      }) as [Tensor, Tensor, Tensor, Tensor, Tensor]
      const run = compile(
        (x: Tensor, noise: Tensor, fresh: Tensor, t: Tensor, to: Tensor) => ({
          noisy: addNoise(schedule, x, t, noise),
          ddpm: ddpmStep(schedule, x, t, noise, fresh, { clip: false }),
          'ddpm/clip': ddpmStep(schedule, x, t, noise, fresh),
          'ddim/0.0': ddimStep(schedule, x, t, to, noise, { clip: false }),
          'ddim/clip/0.0': ddimStep(schedule, x, t, to, noise),
          'ddim/0.5': ddimStep(schedule, x, t, to, noise, { clip: false, eta: 0.5, fresh }),
          'ddim/clip/0.5': ddimStep(schedule, x, t, to, noise, { eta: 0.5, fresh }),
        }),
        { engine },
      )
      for (const [key, found] of Object.entries(await run(x, noise, fresh, t, to))) {
        expect(found.shape, key).toEqual(x.shape)
        await near(found, tensors[`${name}/${key}`]!.data, `${name} ${key}`)
      }
      await run.dispose()
    }
  })

  it("Gram matrices and the loss of a style, with the picture's gradient", async () => {
    const { tensors } = await readSafetensors(join(folder, 'gram.safetensors'))
    const given = (key: string) => tensor(tensors[key]!.data, tensors[key]!.shape)
    const [a, b] = [given('a'), given('b')]
    expect(gram(a).shape).toEqual([2, 5, 5])
    await near(gram(a), tensors['gram']!.data, 'gram')
    const loss = (x: Tensor) => mse(gram(x), gram(b).broadcastTo([2, 5, 5]))
    await near(loss(a), tensors['loss']!.data, 'loss')
    await near(grad(loss)(a)[0]!, tensors['grad']!.data, 'gradient')
  })

  it.each(Object.entries(all))('the gradient penalty, by second derivatives: %s', async (_, engine) => {
    const critic = await withWeights(new DCGANDiscriminator({ size: 12, width: 2 }), 'penalty')
    await check('penalty', critic, engine, ({ real, fake, mix }) => {
      const penalty = gradientPenalty(x => critic.forward(x), real!, fake!, mix!)
      return { loss: penalty, penalty }
    })
  })

  for (const [name, classes] of Object.entries({ gan: 0, conditional_gan: 3 }))
    it.each(Object.entries(all))(`both updates of ${name}: %s`, async (_, engine) => {
      const { input, output, grads } = await golden(name)
      const options = { size: 12, width: 2, classes }
      const pair = { generator: new DCGANGenerator({ ...options, latents: 6 }), discriminator: new DCGANDiscriminator(options) }
      await loadWeights(pair, join(folder, `${name}.weights.safetensors`))
      const before = await numbers(valuesOf(pair))
      const rng = { normal: () => input['z']! } as unknown as Rng
      const optimizers = { generator: sgd(0.1), discriminator: sgd(0.1) }
      const step = ganStep({ ...pair, optimizers, rng, input: 'x', ...(classes && { label: 'label' }) })
      const run = compile((batch: Record<string, Tensor>) => step.train(batch), { engine })
      const { z: _z, ...batch } = input
      const logs = await run(batch)
      await near(logs['discriminator']!, output['discriminator']!.data, 'discriminator')
      await near(logs['generator']!, output['generator']!.data, 'generator')
      const after = await numbers(valuesOf(pair))
      expect([...variables(pair, Param).keys()].toSorted()).toEqual(Object.keys(grads).toSorted())
      for (const [path, { data }] of Object.entries(grads)) {
        const largest = Array.from(data).reduce((most, v) => Math.max(most, Math.abs(v)), 1e-2)
        close(Array.from(data, (_, i) => (before[path]![i]! - after[path]![i]!) / 0.1 / largest), Array.from(data, v => v / largest), 2e-4, path) // prettier-ignore
      }
      await run.dispose()
    })
})

const valuesOf = (root: unknown) => Object.fromEntries([...variables(root)].map(([path, v]) => [path, v.value]))

const players = (width = 2) => {
  seed(5)
  return { generator: new DCGANGenerator({ size: 8, width, latents: 5 }), discriminator: new DCGANDiscriminator({ size: 8, width }) }
}
const rules = () => ({ generator: sgd(0.05), discriminator: sgd(0.05) })
const steps: Readonly<Record<string, () => TrainStep>> = {
  gan: () => ganStep({ ...players(), optimizers: rules(), rng: new Rng(3) }),
  'gan of three halvings': () => {
    seed(5)
    const generator = new DCGANGenerator({ size: 8, width: 2, latents: 5, depth: 3 })
    const discriminator = new DCGANDiscriminator({ size: 8, width: 2, depth: 3, batchNorm: true })
    return ganStep({ generator, discriminator, optimizers: rules(), rng: new Rng(3) })
  },
  'wgan-gp': () => {
    const { generator, discriminator } = players()
    return wganStep({ generator, critic: discriminator, optimizers: rules(), rng: new Rng(3), criticSteps: 2 })
  },
  'wgan-gp of classes': () => {
    seed(5)
    const options = { size: 8, width: 2, classes: 3 }
    const [generator, critic] = [new DCGANGenerator({ ...options, latents: 5 }), new DCGANDiscriminator(options)]
    return wganStep({ generator, critic, optimizers: rules(), rng: new Rng(3), criticSteps: 2, label: 'label' })
  },
  vae: () => {
    seed(5)
    return vaeStep({
      model: new VAE({ shape: [1, 8, 8], hidden: [12], latents: 3 }),
      optimizer: sgd(0.01),
      rng: new Rng(3),
      binarize: true,
    })
  },
  diffusion: () => {
    seed(5)
    const model = new DiffusionUNet({ width: 8, multipliers: [1, 2] })
    return diffusionStep({ model, schedule: cosineNoise(50), optimizer: sgd(0.05), rng: new Rng(3), average: new Ema(model, 0.9) })
  },
  'diffusion of velocities': () => {
    seed(5)
    const schedule = cosineNoise(50)
    const model = new VelocityDenoiser(new DiffusionUNet({ width: 8, multipliers: [1, 2], classes: 4 }), schedule)
    return diffusionStep({ model, schedule, optimizer: sgd(0.05), rng: new Rng(3), label: 'label', withoutLabel: { share: 0.5, none: 3 } })
  },
  inpainting: () => {
    seed(5)
    return inpaintStep({ model: new ContextEncoder({ width: 4 }), optimizer: sgd(0.05), rng: new Rng(3), holes: [2, 4] })
  },
}

describe('steps', () => {
  const images = Array.from({ length: 3 }, (_, i) => new Rng(11 + i).normal([6, 1, 8, 8]).mul(0.5))
  const trained = async (step: TrainStep, engine: Engine | undefined, from = 0, to = 3) => {
    const label = tensor(Int32Array.of(0, 1, 2, 2, 1, 0))
    const run = compile((image: Tensor) => step.train({ image, label }), { engine })
    const logs: Record<string, number[]> = {}
    for (const image of images.slice(from, to))
      for (const [name, t] of Object.entries(await run(image))) (logs[name] ??= []).push(await t.item())
    await run.dispose()
    return { logs, state: await numbers(valuesOf(step.state)) }
  }
  for (const [name, make] of Object.entries(steps)) {
    it(`${name}: compiled equals eager`, async () => {
      const eager = await trained(make(), undefined)
      for (const engine of Object.values(engines)) {
        const compiled = await trained(make(), engine)
        expect(Object.keys(compiled.logs)).toEqual(Object.keys(eager.logs))
        for (const key of Object.keys(eager.logs)) close(compiled.logs[key]!, eager.logs[key]!, 1e-5, key)
        for (const path of Object.keys(eager.state)) close(compiled.state[path]!, eager.state[path]!, 1e-5, path)
      }
    })
    it.each(Object.entries(all))(`${name}: the same seed is the same run, also one gone on with: %s`, async (_, engine) => {
      const [first, second] = [make(), make()]
      const whole = await trained(first, engine)
      expect(await trained(second, engine)).toEqual(whole)
      const begun = make()
      await trained(begun, engine, 0, 1)
      seed(77)
      const other = make()
      load(other.state, Object.fromEntries(Object.entries(valuesOf(begun.state)).map(([path, t]) => [path, t])), { only: () => true })
      expect((await trained(other, engine, 1, 3)).state).toEqual(whole.state)
    })
  }
  it('take their noise from the last seed, unless they are given a stream', () => {
    seed(4)
    const step = ganStep({ ...players(), optimizers: rules() })
    expect((step.state as { rng: Rng }).rng).toBe(defaultRng())
  })
})

describe('what makes samples, as ONNX files', () => {
  const made: Readonly<Record<string, () => { model: Module & { forward(...x: Tensor[]): Tensor }; input: readonly number[] }>> = {
    'dense autoencoder': () => ({ model: new DenseAutoencoder({ shape: [1, 8, 8], hidden: [16], code: 3 }), input: [1, 8, 8] }),
    'conv autoencoder': () => ({ model: new ConvAutoencoder({ widths: [4, 8] }), input: [1, 8, 8] }),
    VAE: () => ({ model: new VAESampler(new VAE({ shape: [1, 6, 6], hidden: [8], latents: 3 })), input: [3] }),
    GAN: () => ({ model: new DenseGenerator({ shape: [1, 6, 6], latents: 4, hidden: [8] }), input: [4] }),
    DCGAN: () => ({ model: new DCGANGenerator({ size: 8, width: 2, latents: 5 }), input: [5] }),
    'DDIM in 5 steps': () => ({ model: new DDIMSampler(new DiffusionUNet({ width: 8, multipliers: [1, 2] }), cosineNoise(50), { steps: 5 }), input: [1, 8, 8] }), // prettier-ignore
    'DDIM of velocities': () => ({ model: new DDIMSampler(new VelocityDenoiser(new DiffusionUNet({ width: 8, multipliers: [1, 2] }), cosineNoise(50)), cosineNoise(50), { steps: 5 }), input: [1, 8, 8] }), // prettier-ignore
  }
  it.each(Object.entries(made))('%s answers alike at two batch sizes', async (_, make) => {
    seed(6)
    const { model, input } = make()
    const ports = { noise: ['n', ...input] }
    const { sizes } = await verify(model, await exportOnnx(model, ports), ports, { sizes: [1, 3], threads: 1 })
    expect(sizes.map(s => s.size)).toEqual([1, 3])
  })

  it('a guided sampler told classes, which its loop sees from outside', async () => {
    seed(6)
    const schedule = cosineNoise(50)
    const model = new VelocityDenoiser(new DiffusionUNet({ width: 8, multipliers: [1], classes: 4 }), schedule)
    const sampler = new DDIMSampler(new GuidedDenoiser(model, { weight: 0.5, none: 3 }), schedule, { steps: 3 })
    const ports = { noise: ['n', 1, 4, 4], kind: { shape: ['n'], dtype: 'int32' } } as const
    const { maxAbsDiff } = await verify(sampler, await exportOnnx(sampler, ports), ports, { sizes: [1, 3], threads: 1, below: { kind: 3 } })
    expect(maxAbsDiff).toBeLessThan(1e-5)
  })
  it('a conditional generator, whose labels are an input', async () => {
    seed(6)
    const model = new DCGANGenerator({ size: 8, width: 2, latents: 5, classes: 3 })
    const ports = { z: ['n', 5], label: { shape: ['n'], dtype: 'int32' } } as const
    const { sizes } = await verify(model, await exportOnnx(model, ports), ports, { sizes: [1, 3], threads: 1, below: { label: 3 } })
    expect(sizes.map(s => s.size)).toEqual([1, 3])
  })

  it('a loop of DDIM in a file, the step again and again, eager or compiled: the same pictures', async () => {
    seed(6)
    const [model, schedule, noise] = [
      new DiffusionUNet({ width: 8, multipliers: [1, 2] }),
      cosineNoise(50),
      new Rng(2).normal([2, 1, 8, 8]),
    ]
    const expected = await (await sampleDdim(model, schedule, noise, { steps: 5 })).data()
    expect(expected.every(v => Math.abs(v) <= 1)).toBe(true)
    for (const engine of Object.values(engines)) close(await (await sampleDdim(model, schedule, noise, { steps: 5, engine })).data(), expected, 1e-4) // prettier-ignore
    const file = await OnnxModel.load(await exportOnnx(new DDIMSampler(model, schedule, { steps: 5 }), { noise: ['n', 1, 8, 8] }), {
      threads: 1,
    })
    close(await (await file.predict({ noise })).output!.data(), expected, 1e-4)
    await file.dispose()
  })
})
