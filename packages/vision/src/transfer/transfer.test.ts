import {
  adam,
  compile,
  crossEntropy,
  modules,
  Optimizer,
  PortolanError,
  ready,
  RangeError,
  seed,
  sgd,
  supervised,
  tensor,
  trainable,
  Trainer,
  variables,
  weights,
  type HostBatch,
  type Tensor,
} from '@portolan/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { cacheFeatures, CifarResNet, discriminativeRates, freezeFeatures, LeNet5, unfreezeFeatures, VGG } from '../index.ts'

beforeAll(async () => void (await ready()))

const make = () => {
  seed(2)
  return new CifarResNet(8, { width: 1 / 4, numClasses: 3 })
}
const batch = (n: number, start = 0): HostBatch => ({
  image: tensor(
    Float32Array.from({ length: n * 3 * 64 }, (_, i) => Math.sin(i + start)),
    [n, 3, 8, 8],
  ),
  label: tensor(Int32Array.from({ length: n }, (_, i) => i % 3)),
})
const numbers = (model: object): Record<string, string> =>
  Object.fromEntries(Object.entries(weights(model)).map(([path, t]) => [path, String(t.dataSync())]))

describe('freezeFeatures', () => {
  it('holds parameters and running statistics through training and validation; the head learns', async () => {
    const model = make()
    freezeFeatures(model)
    expect([...trainable(model).keys()]).toEqual(['fc.weight', 'fc.bias'])
    const before = numbers(model)
    const trainer = new Trainer({ step: supervised({ model, loss: crossEntropy, optimizer: sgd(0.1) }), progress: false })
    await trainer.fit([batch(6), batch(6, 9)], { epochs: 2, validation: [batch(6)] })
    const after = numbers(model)
    expect(Object.keys(after).filter(path => after[path] !== before[path])).toEqual(['fc.weight', 'fc.bias'])
    unfreezeFeatures(model, 'layer3')
    await trainer.fit([batch(6)], { epochs: 1 })
    const later = numbers(model)
    const changed = Object.keys(later).filter(path => later[path] !== after[path])
    expect(changed.length).toBeGreaterThan(10)
    expect(changed.every(path => /^(layer3|fc)\./.test(path))).toBe(true)
    unfreezeFeatures(model)
    expect([...modules(model).values()].every(m => m.training)).toBe(true)
    expect(trainable(model).size).toBe([...variables(model)].filter(([path]) => /weight|bias/.test(path)).length)
    await trainer.dispose()
  })

  it('leaves as much as is named to learn', () => {
    const vgg = new VGG(11, { width: 1 / 32, numClasses: 2 })
    freezeFeatures(vgg, { except: ['classifier', 'features.18'] })
    expect([...trainable(vgg).keys()].map(path => path.replace(/\.\w+$/, ''))).toEqual([
      'features.18',
      'features.18',
      'classifier.0',
      'classifier.0',
      'classifier.3',
      'classifier.3',
      'classifier.6',
      'classifier.6',
    ])
    expect(() => freezeFeatures(vgg, { except: ['features', 'classifier'] })).toThrow(PortolanError)
  })
})

describe('discriminativeRates', () => {
  it('slows every stage against the next', async () => {
    const model = make()
    const groups = discriminativeRates(model, { decay: 0.5 })
    expect(groups.map(g => g.lrScale)).toEqual([0.0625, 0.125, 0.25, 0.5, 1])
    const before = weights(model)
    const optimizer: Optimizer = sgd(1, { groups })
    // with a gradient of 1 for each number, a step is the rate
    optimizer.minimize(model, () => [...trainable(model).values()].reduce<Tensor>((sum, p) => sum.add(p.value.sum()), tensor(0)))
    const moved = (path: string) => before[path]!.sub(weights(model)[path]!).dataSync()[0]
    expect(
      ['conv1.weight', 'bn1.bias', 'layer1.0.conv1.weight', 'layer3.0.bn2.weight', 'fc.bias'].map(path => Number(moved(path)!.toFixed(4))),
    ).toEqual([0.0625, 0.0625, 0.125, 0.5, 1])
  })

  it('knows models without top, and what is no decay', () => {
    const bare = new LeNet5({ includeTop: false })
    expect(discriminativeRates(bare, { decay: 0.5 }).map(g => g.lrScale)).toEqual([0.5, 1])
    expect(() => adam(1e-3, { groups: discriminativeRates(bare) }).init(bare)).not.toThrow()
    expect(() => discriminativeRates(bare, { decay: 0 })).toThrow(RangeError)
  })
})

describe('cacheFeatures', () => {
  it('gives what the model would give, sample by sample, in evaluation mode', async () => {
    seed(4)
    const backbone = new CifarResNet(8, { width: 1 / 4, includeTop: false })
    const fields = await cacheFeatures(backbone, [batch(4), batch(3, 5)])
    expect(Object.keys(fields)).toEqual(['features', 'label'])
    expect([fields.features!.shape, fields.label!.shape, [...fields.label!.data]]).toEqual([[7, 16, 2, 2], [7], [0, 1, 2, 0, 0, 1, 2]])
    expect(fields.label!.data).toBeInstanceOf(Int32Array)
    expect(backbone.training).toBe(true)
    const forward = compile((x: Tensor) => backbone.eval().forward(x))
    const expected = await (await forward(batch(3, 5).image as Tensor)).data()
    expect(Array.from(fields.features!.data.slice(4 * 64))).toEqual(Array.from(expected))
  })

  it('says what it misses', async () => {
    const backbone = new LeNet5({ includeTop: false })
    await expect(cacheFeatures(backbone, [])).rejects.toThrow(/gave no batch/)
    await expect(cacheFeatures(backbone, [batch(2)], { input: 'x' })).rejects.toThrow(/has no x\. It has: image, label/)
  })
})
