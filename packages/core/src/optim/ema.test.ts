import { describe, expect, it } from 'vitest'
import { BatchNorm2d, compile, Ema, Param, Rng, tensor } from '../index.ts'

describe('Ema', () => {
  it('follows the parameters', async () => {
    const model = { w: new Param(tensor([1, 2])) }
    const ema = new Ema(model, 0.75)
    const step = compile(() => {
      model.w.value = model.w.value.add(1)
      ema.update()
      return {}
    })
    let [w, average] = [1, 1]
    for (let i = 0; i < 5; i++) {
      await step()
      w += 1
      average = 0.75 * average + 0.25 * w
    }
    expect([...model.w.value.dataSync()]).toEqual([w, w + 1])
    expect([...ema.average['w']!.value.dataSync()]).toEqual([average, average + 1])
  })

  it('follows running statistics, and leaves random streams alone', async () => {
    const norm = new BatchNorm2d(1)
    const model = { norm, rng: new Rng(2) }
    const ema = new Ema(model, 0.5)
    expect(Object.keys(ema.average)).toEqual(['norm.weight', 'norm.bias', 'norm.running_mean', 'norm.running_var'])
    norm.runningMean.value = tensor([8])
    ema.update()
    expect(await ema.during(() => norm.runningMean.value.item())).toBe(4)
    expect(norm.runningMean.value.itemSync()).toBe(8)
  })

  it('changes places with the model, and goes back whatever happens', async () => {
    const model = { w: new Param(tensor([4])) }
    const ema = new Ema(model, 0.5)
    model.w.value = tensor([8])
    ema.update()
    expect(await ema.during(() => model.w.value.item())).toBe(6)
    expect(model.w.value.itemSync()).toBe(8)
    await expect(
      ema.during(async () => {
        throw new Error('no data')
      }),
    ).rejects.toThrow('no data')
    expect([model.w.value.itemSync(), ema.average['w']!.value.itemSync()]).toEqual([8, 6])
    ema.swap()
    expect([model.w.value.itemSync(), ema.average['w']!.value.itemSync()]).toEqual([6, 8])
  })
})
