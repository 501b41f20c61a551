import { Conv2d, Linear, Module, ready, seed, ShapeError, tensor, zeros, type Tensor } from '@portolan/core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  CifarResNet,
  gradCam,
  heatPicture,
  integratedGradients,
  picturesOf,
  predictionGrid,
  saliency,
  VisionTransformer,
} from '../index.ts'

beforeAll(async () => void (await ready()))

/** Scores that are known: class 0 is w·x, class 1 is (w·x)². */
class Known extends Module {
  forward(x: Tensor): Tensor {
    const sum = x
      .mul(tensor([1, -2, 3, 0], [1, 1, 2, 2]))
      .flatten(1)
      .sum(1, true)
    return sum.mul(tensor([[1, 0]])).add(sum.square().mul(tensor([[0, 1]])))
  }
}
const x = tensor([1, 1, 2, 5], [1, 1, 2, 2]) // w·x = 5
const ofClass = (c: number) => ({ target: tensor(Int32Array.of(c)) })

describe('explanations of a model by hand', () => {
  it('saliency is the size of the slope', async () => {
    expect([...(await (await saliency(new Known(), x, ofClass(0))).data())]).toEqual([1, 2, 3, 0])
    // the highest score is that of class 1, 25, whose slope is 2·5·w
    expect([...(await (await saliency(new Known(), x)).data())]).toEqual([10, 20, 30, 0])
  })

  it('integrated gradients add up to the difference of the scores', async () => {
    const { attributions, gap } = await integratedGradients(new Known(), x, { steps: 3 })
    // ∫ 2·(t·w·x)·wᵢxᵢ dt = w·x·wᵢxᵢ; the midpoint rule is exact for a slope that is a line
    ;[5, -10, 30, 0].forEach((v, i) => expect(attributions.dataSync()[i]).toBeCloseTo(v, 4))
    expect(gap.dataSync()[0]).toBeCloseTo(0, 4)
    const baseline = tensor([1, 1, 2, 0], [1, 1, 2, 2])
    expect([...(await integratedGradients(new Known(), x, { baseline })).attributions.dataSync()].map(Math.abs)).toEqual([0, 0, 0, 0])
  })

  it('Grad-CAM weighs maps by the mean of their slope', async () => {
    class Two extends Module {
      conv = new Conv2d(1, 2, 1, { bias: false })
      head = new Linear(2, 2)
      forward(x: Tensor): Tensor {
        return this.head.forward(this.conv.forward(x).sum([2, 3]))
      }
    }
    const model = new Two()
    model.conv.weight.value = tensor([1, -1], [2, 1, 1, 1])
    model.head.weight.value = tensor([[2, 1], [1, 3]]) // prettier-ignore
    // maps x and −x, slopes of class 0: 2 and 1 → relu(2x − x); of class 1: 1 and 3 → relu(x − 3x)
    const cam = (c: number) => gradCam(model, tensor([1, -1, 2, 4], [1, 1, 2, 2]), { layer: 'conv', ...ofClass(c) })
    expect([...(await cam(0)).raw.dataSync()]).toEqual([1, 0, 2, 4])
    expect([...(await cam(0)).map.dataSync()]).toEqual([0.25, 0, 0.5, 1])
    expect([...(await cam(1)).raw.dataSync()]).toEqual([0, 2, 0, 0])
    expect(Object.keys(model.conv)).not.toContain('forward')
    await expect(gradCam(model, x)).rejects.toThrow(/name the layer/)
    await expect(gradCam(model, x, { layer: 'body' })).rejects.toThrow(/no layer body. There are: conv, head/)
    await expect(gradCam(model, x, { layer: 'head' })).rejects.toThrow(ShapeError)
  })

  it('say what they do not take, and leave the model in its mode', async () => {
    seed(1)
    const model = new CifarResNet(8, { width: 1 / 4, numClasses: 3 })
    const image = zeros([2, 3, 8, 8])
    await expect(saliency(model, image, { target: tensor([1, 2]) })).rejects.toThrow(/target must be int32 \[2\]/)
    await expect(integratedGradients(model, image, { steps: 0 })).rejects.toThrow(/steps must be/)
    await expect(integratedGradients(model, image, { baseline: zeros([1, 3, 8, 8]) })).rejects.toThrow(ShapeError)
    await expect(saliency(new CifarResNet(8, { includeTop: false }), image)).rejects.toThrow(/scores \[n, classes\]/)
    const vit = new VisionTransformer('b_16', { imageSize: 8, patchSize: 4, layers: 1, heads: 1, dim: 4, mlpDim: 4 })
    await expect(gradCam(vit, image)).rejects.toThrow(/must be maps/)
    await expect(gradCam(model, image, { layer: 'fc' })).rejects.toThrow(ShapeError)
    expect((await gradCam(model, image)).map.shape).toEqual([2, 8, 8])
    expect(model.training).toBe(true)
  })
})

describe('pictures', () => {
  it('come back out of what a model was given', async () => {
    const x = tensor([0, 1, -1, 0, 2, -2], [1, 3, 1, 2])
    const [picture] = await picturesOf(x, { mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 0.1] })
    // 255·(std·x + mean), a half to the even number
    expect([picture!.shape, [...picture!.data]]).toEqual([
      [3, 1, 2],
      [128, 255, 64, 128, 178, 76],
    ])
    await expect(picturesOf(zeros([1, 1, 2, 2]), { mean: [0, 0, 0], std: [1, 1, 1] })).rejects.toThrow(ShapeError)
  })

  it('are covered by heat', () => {
    const grey = { shape: [1, 1, 2], data: Uint8Array.of(200, 100) }
    expect([...heatPicture(grey, [0, 1], { picture: 0 }).data]).toEqual([0, 252, 0, 255, 4, 164])
    expect([...heatPicture(grey, [0, 1], { picture: 1 }).data]).toEqual([200, 100, 200, 100, 200, 100])
    expect(() => heatPicture(grey, [1])).toThrow(ShapeError)
  })

  it('say what they were taken for', async () => {
    const picture = { shape: [1, 1], data: Uint8Array.of(9) }
    const svg = await predictionGrid([picture, picture], { predicted: [0, 1], expected: [0, 0], labels: ['cat', 'dog'] })
    expect([...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(m => m[1])).toEqual(['cat', 'dog (cat)'])
    expect(svg.match(/#c8102e/g)?.length).toBe(1)
    expect(() => predictionGrid([picture], { predicted: [], labels: [] })).toThrow(/1 pictures need as many/)
  })
})
