import { describe, expect, it } from 'vitest'
import {
  BasicBlock,
  BatchNorm2d,
  concat,
  Conv2d,
  defaultRng,
  DoubleConv,
  Dropout,
  Embedding,
  Inception,
  Linear,
  LSTM,
  Module,
  PortolanError,
  RangeError,
  Sequential,
  ShapeError,
  UNetDown,
  UNetUp,
  variables,
  type Tensor,
} from '../index.ts'
import type { Spec } from '../tensor/spec.ts'
import { inColumns } from './model-columns.ts'
import { layoutOf, type Box } from './model-layout.ts'
import { partsOf, type Part } from './model-parts.ts'
import { plotModel } from './plot-model.ts'
import { runModel } from './run-model.ts'

class UNet extends Module {
  inc = new DoubleConv(3, 4)
  down1 = new UNetDown(4, 8)
  down2 = new UNetDown(8, 16)
  up1 = new UNetUp(16, 8)
  up2 = new UNetUp(8, 4)
  out = new Conv2d(4, 2, 1)
  forward(x: Tensor): Tensor {
    const a = this.inc.forward(x)
    const b = this.down1.forward(a)
    const up = this.up1.forward(this.down2.forward(b), { skip: b })
    return this.out.forward(this.up2.forward(up, { skip: a }))
  }
}

/** Two inputs, one of ids, and two outputs by name. */
class Pairs extends Module {
  words = new Embedding(20, 8)
  reader = new LSTM(8, 6)
  picture = new Sequential([new Linear(12, 6), new Dropout(0.5)])
  same = new Linear(6, 1)
  forward(ids: Tensor, pixels: Tensor): { same: Tensor; seen: Tensor } {
    const [, { h }] = this.reader.forward(this.words.forward(ids))
    const seen = this.picture.forward(concat([this.picture.forward(pixels), pixels.slice(1, 6, 12)], 1))
    return { same: this.same.forward(h.squeeze(0).sub(seen)).sigmoid(), seen }
  }
}

class Deep extends Module {
  blocks = Array.from({ length: 24 }, () => new BasicBlock(2, 2))
  forward(x: Tensor): Tensor {
    return this.blocks.reduce((h, block) => block.forward(h), x)
  }
}

const image = (shape: number[]): Record<string, Spec> => ({ x: { shape, dtype: 'float32' } })
const pairs: Record<string, Spec> = { ids: { shape: [2, 5], dtype: 'int32' }, pixels: { shape: [2, 12], dtype: 'float32' } }
const label = (p: Part): string => (p.kind === 'module' ? p.path! : p.name)
const flowsOf = (model: Module & { forward(...x: never[]): unknown }, inputs: Record<string, Spec>, depth: number): string[] =>
  partsOf(runModel(model, inputs), depth)
    .flows.map(f => `${label(f.from)} > ${label(f.to)}`)
    .toSorted()
const listed = (flows: string): string[] => flows.split(', ').toSorted()
const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(m => m[1]!.replaceAll(/<[^>]*>/g, ''))

describe('what stands in the picture of a model', () => {
  it('has the skips of a U-Net', () => {
    expect(flowsOf(new UNet(), image([1, 3, 16, 16]), 1)).toEqual(
      listed(`x > inc, inc > down1, down1 > down2, down2 > up1, up1 > up2, up2 > out, out > output, down1 > up1, inc > up2`),
    )
  })

  it('has the shortcut of a residual block, around what is in it', () => {
    expect(flowsOf(new BasicBlock(4, 4), image([1, 4, 8, 8]), 1)).toEqual(
      listed(`x > conv1, conv1 > bn1, bn1 > relu, relu > conv2, conv2 > bn2, bn2 > add → relu, x > add → relu, add → relu > output`),
    )
  })

  it('has the branches of an Inception block', () => {
    const model = new Inception(8, { one: 2, three: [2, 4], five: [2, 4], pool: 2 })
    const branches = ['branch1', 'branch2', 'branch3', 'branch4']
    expect(flowsOf(model, image([1, 8, 6, 6]), 1)).toEqual(
      [...branches.flatMap(b => [`x > ${b}`, `${b} > concat`]), 'concat > output'].toSorted(),
    )
  })

  it('has several inputs and outputs, every call of a module used twice, and no flow through a random stream', () => {
    expect(flowsOf(new Pairs(), pairs, 1)).toEqual(
      listed(
        `ids > words, words > reader, reader > sub, sub > same, same > sigmoid, sigmoid > same, pixels > picture, picture > concat, pixels > concat, concat > picture, picture > sub, picture > seen`,
      ),
    )
  })

  it('opens modules level by level; one that only hands on is no level', () => {
    const run = runModel(new UNet(), image([1, 3, 16, 16]))
    const names = (parts: readonly Part[]): unknown[] => parts.map(p => (p.parts ? [label(p), names(p.parts)] : label(p)))
    expect(names(partsOf(run, 1).parts)).toEqual(['x', 'inc', 'down1', 'down2', 'up1', 'up2', 'out', 'output'])
    const six = (prefix: string) => [0, 1, 2, 3, 4, 5].map(i => `${prefix}.${i}`)
    expect(names(partsOf(run, 2).parts).slice(0, 3)).toEqual([
      'x',
      ['inc', six('double_conv')],
      ['down1', ['maxpool_conv.0', 'maxpool_conv.1']],
    ])
    const all = names(partsOf(run, Infinity).parts)
    expect(all[2]).toEqual(['down1', ['maxpool_conv.0', ['down1.maxpool_conv.1', six('double_conv')]]])
  })
})

describe('how the picture is laid out', () => {
  const inside = (a: Box, b: Box): boolean =>
    a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width + 1e-6 && a.y + a.height <= b.y + b.height + 1e-6
  const apart = (a: Box, b: Box): boolean => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
  const measure = (p: Part) => (p.parts ? { width: 180, height: 26 } : { width: 60 + 5 * label(p).length, height: 40 })

  it.each([
    ['a U-Net', new UNet(), image([1, 3, 16, 16])],
    ['Inception', new Inception(8, { one: 2, three: [2, 4], five: [2, 4], pool: 2 }), image([1, 8, 6, 6])],
    ['two inputs', new Pairs(), pairs],
    ['a deep network', new Deep(), image([1, 2, 4, 4])],
  ])('nothing overlaps in %s, and no line crosses a part', async (_, model, inputs) => {
    for (const depth of [1, 2, Infinity]) {
      const { boxes, lines, width, height } = inColumns(await layoutOf(partsOf(runModel(model, inputs), depth), measure))
      const whole = { part: boxes[0]!.part, x: 0, y: 0, width, height }
      for (const [i, a] of boxes.entries()) {
        expect(inside(a, whole)).toBe(true)
        for (const b of boxes.slice(i + 1)) expect(apart(a, b) || (a.part.parts !== undefined && inside(b, a))).toBe(true)
      }
      for (const { points } of lines)
        for (const [i, q] of points.entries()) {
          const p = points[i - 1] ?? q
          expect(p.x === q.x || p.y === q.y || Math.abs(p.x - q.x) < 0.5).toBe(true)
          for (const { x, y, width, height, part } of boxes) {
            if (part.parts) continue // lines go into an open module
            const crosses =
              Math.max(p.x, q.x) > x + 1 &&
              Math.min(p.x, q.x) < x + width - 1 &&
              Math.max(p.y, q.y) > y + 1 &&
              Math.min(p.y, q.y) < y + height - 1
            expect(crosses).toBe(false)
          }
        }
    }
  })

  it('puts what is tall into columns', async () => {
    const tall = await layoutOf(partsOf(runModel(new Deep(), image([1, 2, 4, 4])), 1), measure)
    const page = inColumns(tall)
    expect(tall.height / tall.width).toBeGreaterThan(5)
    expect(page.height / page.width).toBeLessThan(1.6)
    expect(page.boxes.map(b => b.part)).toEqual(tall.boxes.map(b => b.part))
  })
})

describe('plotModel', () => {
  it('says class, path, shape and parameters', async () => {
    const svg = await plotModel(new Sequential([new Conv2d(1, 2, 3), new BatchNorm2d(2)]), { picture: [1, 1, 4, 4] }, { title: 'A <net>' })
    expect(texts(svg)).toEqual(
      [
        'A &#60;net&#62;',
        'picture [1, 1, 4, 4]',
        'Conv2d 0',
        '[1, 2, 2, 2] · 20',
        'BatchNorm2d 1',
        '[1, 2, 2, 2] · 4',
        'output [1, 2, 2, 2]',
      ].map(t => t.replace(/^(picture|output|Conv2d|BatchNorm2d) /, '$1\u2002')),
    )
    expect(texts(await plotModel(new Pairs(), pairs))).toContain('ids\u2002int32 [2, 5]')
    expect(await plotModel(new UNet(), [1, 3, 16, 16])).toBe(
      await plotModel(new UNet(), { x: { shape: [1, 3, 16, 16], dtype: 'float32' } }),
    )
  })

  it('leaves the model as it is', async () => {
    const model = new Sequential([new Conv2d(1, 2, 3), new BatchNorm2d(2), new Dropout(0.5)])
    const state = () => [...variables({ model, rng: defaultRng })].map(([path, v]) => [path, [...v.latest.dataSync()]])
    const before = state()
    const keys = Object.getOwnPropertyNames(model[0])
    await plotModel(model, [2, 1, 4, 4])
    expect(state()).toEqual(before)
    expect(model.training).toBe(true)
    expect(Object.getOwnPropertyNames(model[0])).toEqual(keys)
    await expect(plotModel(model, [2, 3, 4, 4])).rejects.toThrow(ShapeError)
    expect(Object.getOwnPropertyNames(model[0])).toEqual(keys)
    model.eval()
    expect(texts(await plotModel(model, [2, 1, 4, 4])).join()).not.toContain('Dropout')
  })

  it('says what is wrong', async () => {
    class Silent extends Module {
      forward(_: Tensor): number {
        return 1
      }
    }
    await expect(plotModel(new Silent(), [1])).rejects.toThrow(new PortolanError('plotModel: Silent.forward gave no tensor. It must give what it computes.')) // prettier-ignore
    await expect(plotModel(new UNet(), [1, 3, 16, 16], { depth: 0 })).rejects.toThrow(RangeError)
    await expect(plotModel(new UNet(), [1, 4, 16, 16])).rejects.toThrow(/4/)
  })
})
