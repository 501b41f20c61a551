import {
  adam,
  Buffer,
  Param,
  RangeError,
  seed,
  ShapeError,
  tensor,
  trace,
  uninitialized,
  variables,
  zeros,
  type Filter,
} from '@portolan/core'
import { describe, expect, it } from 'vitest'
import {
  AlexNet,
  auxiliarySupervised,
  CifarResNet,
  GoogLeNet,
  imageNet,
  InceptionV3,
  LeNet5,
  normalize,
  ResNet,
  VGG,
  VisionTransformer,
  type Classifier,
  type ResNetDepth,
  type VGGDepth,
} from '../index.ts'

const count = (model: Classifier): number =>
  [...variables(model, Param).values()].reduce((sum, p) => sum + p.shape.reduce((a, b) => a * b, 1), 0)
/** Shapes alone: nothing is computed. */
const shapeOf = (model: Classifier, shape: number[]): readonly number[] => trace(x => model.eval().forward(x), [zeros(shape)]).result.shape

describe('the classifiers', () => {
  // The counts that torchvision's documentation gives; the paper's 0.27, 0.46, 0.66 and 0.85 million for CIFAR.
  it.each<[string, () => Classifier, number]>([
    ['VGG 11 without top', () => new VGG(11, { includeTop: false }), 132_863_336 - (25088 + 1 + 4096 + 1) * 4096 - 4097 * 1000],
    ['GoogLeNet', () => new GoogLeNet({ auxiliary: false }), 6_624_904],
    ['ResNet 18', () => new ResNet(18), 11_689_512],
    ['LeNet-5', () => new LeNet5({ numClasses: 10 }), 61_706],
    ['CIFAR ResNet 20', () => new CifarResNet(20), 269_722],
    ['CIFAR ResNet 32', () => new CifarResNet(32), 464_154],
    ['CIFAR ResNet 44', () => new CifarResNet(44), 658_586],
    ['CIFAR ResNet 56', () => new CifarResNet(56), 853_018],
  ])('%s has as many parameters as published', (_, make, expected) => {
    expect(count(uninitialized(make))).toBe(expected)
  })

  const narrow = { width: 1 / 32, numClasses: 7 }
  const vit = { imageSize: 16, patchSize: 8, layers: 1, heads: 2, dim: 8, mlpDim: 8, numClasses: 7 }
  it.each<[string, (includeTop: boolean) => Classifier, number[], number[]]>([
    ['AlexNet', includeTop => new AlexNet({ ...narrow, includeTop }), [2, 3, 224, 224], [2, 8, 6, 6]],
    ...([11, 13, 16, 19] as VGGDepth[]).map(
      depth =>
        [`VGG ${depth}`, (includeTop: boolean) => new VGG(depth, { ...narrow, includeTop }), [2, 3, 150, 150], [2, 16, 4, 4]] as [
          string,
          (t: boolean) => Classifier,
          number[],
          number[],
        ],
    ),
    ['GoogLeNet', includeTop => new GoogLeNet({ ...narrow, width: 1 / 8, includeTop }), [2, 3, 224, 224], [2, 128, 7, 7]],
    ['Inception v3', includeTop => new InceptionV3({ ...narrow, width: 1 / 16, includeTop }), [2, 3, 299, 299], [2, 128, 8, 8]],
    ...([18, 34, 50, 101, 152] as ResNetDepth[]).map(
      depth =>
        [
          `ResNet ${depth}`,
          (includeTop: boolean) => new ResNet(depth, { ...narrow, includeTop }),
          [2, 3, 224, 224],
          [2, depth < 50 ? 16 : 64, 7, 7],
        ] as [string, (t: boolean) => Classifier, number[], number[]],
    ),
    ['CIFAR ResNet', includeTop => new CifarResNet(20, { ...narrow, width: 1 / 4, includeTop }), [2, 3, 32, 32], [2, 16, 8, 8]],
    ['ViT', includeTop => new VisionTransformer('b_16', { ...vit, includeTop }), [2, 3, 16, 16], [2, 5, 8]],
    ['LeNet-5, 28', includeTop => new LeNet5({ numClasses: 7, includeTop }), [2, 1, 28, 28], [2, 16, 5, 5]],
    ['LeNet-5, 32', includeTop => new LeNet5({ numClasses: 7, includeTop, imageSize: 32 }), [2, 1, 32, 32], [2, 16, 5, 5]],
  ])('%s gives scores, or features without top, and says where what is', (_, make, input, features) => {
    const [whole, bare] = [make(true), make(false)]
    expect(shapeOf(whole, input)).toEqual([2, 7])
    expect(shapeOf(bare, input)).toEqual(features)
    expect(whole.featureChannels).toBe(features.length === 3 ? features[2] : features[1])
    const named = (root: Classifier, filter?: Filter) =>
      [...variables(root, [Param, Buffer]).keys()].filter(path => !filter || variables(root, filter).has(path))
    const paths = named(whole)
    const under = (prefixes: readonly string[]) => paths.filter(path => prefixes.some(p => path.startsWith(`${p}.`)))
    expect(named(bare)).toEqual(paths.filter(path => !under(whole.top).includes(path)))
    // each class layer has a row for each class, and each stage some parameter of its own
    for (const layer of whole.classLayers) expect(variables(whole).get(`${layer}.weight`)!.shape[0]).toBe(7)
    const found = whole.stages.map(stage => named(whole, stage))
    expect(found.every(stage => stage.length)).toBe(true)
    expect(found.flat().toSorted()).toEqual(paths.toSorted())
  })

  it('starts as it did with the same seed, and different with another', () => {
    const first = (n: number) => {
      seed(n)
      return Array.from(new CifarResNet(20).conv1.weight.value.dataSync().slice(0, 4))
    }
    expect(first(1)).toEqual(first(1))
    expect(first(1)).not.toEqual(first(2))
  })

  it('refuses what is no depth, size, width or number of classes', () => {
    expect(() => new ResNet(20 as 18)).toThrow(/ResNet: depth must be 18, 34, 50, 101 or 152, got 20/)
    expect(() => new VGG(12 as 11)).toThrow(/VGG: depth must be 11, 13, 16 or 19/)
    expect(() => new CifarResNet(21)).toThrow(/6·k \+ 2/)
    expect(() => new VisionTransformer('b_15' as 'b_16')).toThrow(/size must be one of b_16/)
    expect(() => new VisionTransformer('b_16', { ...vit, imageSize: 17 })).toThrow(/multiple of patchSize 8/)
    expect(() => new VisionTransformer('b_16', vit).forward(zeros([1, 3, 32, 32]))).toThrow(ShapeError)
    expect(() => new AlexNet({ width: 0 })).toThrow(RangeError)
    expect(() => new LeNet5({ numClasses: 0 })).toThrow(/LeNet5: numClasses must be/)
  })
})

describe('normalize', () => {
  it('brings bytes to what the weights were trained on', async () => {
    const pixels = tensor(Uint8Array.of(0, 255, 255, 0, 51, 102), [1, 3, 1, 2])
    const expected = [0, 1, 1, 0, 0.2, 0.4].map((v, i) => (v - imageNet.mean[i >> 1]!) / imageNet.std[i >> 1]!)
    ;[...(await normalize(pixels, imageNet).data())].forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 5))
    expect(() => normalize(zeros([1, 1, 4, 4], 'uint8'), imageNet)).toThrow(/normalize: pixels must be \[n, 3, h, w\]/)
  })
})

describe('auxiliarySupervised', () => {
  it('weighs the further heads, and judges by the main one', async () => {
    seed(3)
    const model = new GoogLeNet({ numClasses: 4, width: 1 / 16 })
    const image = tensor(
      Float32Array.from({ length: 2 * 3 * 32 * 32 }, (_, i) => Math.sin(i)),
      [2, 3, 32, 32],
    )
    const label = tensor(Int32Array.of(1, 3))
    const batch = { image, label }
    const step = (weight: number) => auxiliarySupervised({ model, optimizer: adam(0), weight })
    model.eval() // nothing is dropped, so that the losses can be compared
    const [none, half, whole] = await Promise.all([0, 0.5, 1].map(w => step(w).train(batch).loss!.item()))
    expect(whole! - none!).toBeCloseTo(2 * (half! - none!), 4)
    expect(whole! - none!).toBeGreaterThan(1)
    expect(await step(1).evaluate!(batch).loss!.item()).toBeCloseTo(none!, 5)
  })
})
