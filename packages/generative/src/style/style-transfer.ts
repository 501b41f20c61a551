import { adam, compile, evaluating, Module, mse, Param, PortolanError, RangeError, tensor, type Engine, type Tensor } from '@portolan/core'
import { gram } from './gram.ts'

/** Gives maps of a picture by the name of their layer. x: [n, 3, h, w] → [n, c, h′, w′] each */
export type FeatureMaps = Module & {
  /** x: [n, 3, h, w] → maps by the name of their layer */
  forward(x: Tensor): Readonly<Record<string, Tensor>>
}

/** Options of `styleTransfer`. */
export interface StyleTransferOptions {
  /** Which maps say what is in a picture, and what that counts for. */
  content: Readonly<Record<string, number>>
  /** Which maps say how it is painted, and what that counts for. */
  style: Readonly<Record<string, number>>
  /** What the sum of differences between neighbouring pixels counts for, ≥ 0; default 0. */
  smooth?: number
  /** Default 200. */
  steps?: number
  /** Learning rate of Adam on the pixels; default 0.02. */
  rate?: number
  /** Numbers that pixels are limited to; default [0, 1]. */
  range?: readonly [low: number, high: number]
  /** Where it starts; default the content picture. */
  start?: Tensor
  engine?: Engine
  /** Is told each step's loss. */
  onStep?: (step: number, loss: { content: number; style: number }) => void
}

/** Pixels that are learned. */
class Canvas extends Module {
  readonly pixels: Param
  constructor(start: Tensor) {
    super()
    this.pixels = new Param(start)
  }
}

/**
 * Paints one picture in the style of another: the pixels whose maps are those of the content and whose Gram matrices are those of the style,
 * Σ wₗ·mean (Fₗ(x) − Fₗ(content))² + Σ wₗ·mean (Gₗ(x) − Gₗ(style))².
 *
 * features: layers of a convolutional network that was trained on pictures, or a random one for textures; content, style: [1, 3, h, w],
 * which may differ in size → [1, 3, h, w] of the content's size.
 * Gatys et al., "Image Style Transfer Using Convolutional Neural Networks", 2016.
 * @throws PortolanError for a layer that features don't give; RangeError for steps below 1.
 * @example
 * const vgg = new LayerMaps(new VGG(11).features, { relu1: 1, relu3: 7 })
 * const picture = await styleTransfer(vgg, { content, style }, { content: { relu3: 1 }, style: { relu1: 1e3, relu3: 1e3 }, engine: onnx() })
 */
export async function styleTransfer(
  features: FeatureMaps,
  pictures: { readonly content: Tensor; readonly style: Tensor },
  options: StyleTransferOptions,
): Promise<Tensor> {
  const { content, style, smooth = 0, steps = 200, rate = 0.02, range: [low, high] = [0, 1], start, engine, onStep } = options
  if (!(Number.isInteger(steps) && steps > 0))
    throw new RangeError(`styleTransfer: steps must be a whole number of at least 1, got ${steps}`)
  const canvas = new Canvas(start ?? pictures.content)
  const optimizer = adam(rate).init(canvas)
  const chosen = (maps: Readonly<Record<string, Tensor>>, layers: Readonly<Record<string, number>>): Tensor[] =>
    Object.keys(layers).map(name => {
      const map = maps[name]
      if (!map) throw new PortolanError(`styleTransfer: features must give ${name}, got ${Object.keys(maps).join(', ')}`)
      return map
    })
  const aims = compile(
    (a: Tensor, b: Tensor) => ({ content: chosen(features.forward(a), content), style: chosen(features.forward(b), style).map(gram) }),
    { engine },
  )
  const step = compile(
    (aim: { content: Tensor[]; style: Tensor[] }) => {
      const logs = optimizer.minimize(canvas, () => {
        const x = canvas.pixels.value
        const maps = features.forward(x)
        const weighed = (found: readonly Tensor[], wanted: readonly Tensor[], weights: readonly number[]): Tensor =>
          found.map((f, i) => mse(f, wanted[i]!).mul(weights[i]!)).reduce((a, b) => a.add(b))
        const parts = {
          content: weighed(chosen(maps, content), aim.content, Object.values(content)),
          style: weighed(chosen(maps, style).map(gram), aim.style, Object.values(style)),
        }
        const sum = parts.content.add(parts.style)
        return { loss: smooth ? sum.add(variation(x).mul(smooth)) : sum, ...parts }
      })
      canvas.pixels.value = canvas.pixels.value.clip(low, high)
      return logs
    },
    { engine },
  )
  try {
    return await evaluating(features, async () => {
      const aim = await aims(pictures.content, pictures.style)
      for (let i = 1; i <= steps; i++) {
        const logs = await step(aim)
        if (onStep) onStep(i, { content: await logs.content.item(), style: await logs.style.item() })
      }
      return tensor(await canvas.pixels.latest.data(), canvas.pixels.shape)
    })
  } finally {
    await Promise.all([aims.dispose(), step.dispose()])
  }
}

/** Mean absolute difference of neighbouring pixels, in both directions. */
const variation = (x: Tensor): Tensor =>
  [2, 3]
    .map(axis =>
      x
        .slice(axis, 1)
        .sub(x.slice(axis, 0, -1))
        .abs()
        .mean(),
    )
    .reduce((a, b) => a.add(b))
