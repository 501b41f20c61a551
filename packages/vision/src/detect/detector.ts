import {
  compile,
  evaluating,
  nonMaxSuppression,
  PortolanError,
  RangeError,
  tensor,
  type Engine,
  type Module,
  type Tensor,
} from '@portolan/core'
import type { Box, Detections } from './boxes.ts'
import { decodeBoxes, type AnchorAnswers } from './ssd.ts'

/** A model that answers for anchors. */
export type AnchorModel = Module & {
  /** x: [n, 3, h, w] → what each anchor shows, and where */
  forward(x: Tensor): AnchorAnswers
  /** The anchors of pictures of height and width, in the order of the answers. */
  anchors(size: readonly [number, number]): Box[]
}

/** Options of `detector`. */
export interface DetectorOptions {
  /** What computes; without one it is done op by op. */
  engine?: Engine
  /** Less sure ones are left out, 0 … 1; default 0.05. */
  scoreThreshold?: number
  /** Of two boxes of a class that overlap by more than this share the surer one stays; default 0.45. */
  iouThreshold?: number
  /** How many boxes come at most out of a picture; default 100. */
  maxDetections?: number
  /** How many of the surest are compared with each other; default 400. */
  candidates?: number
}

/** A model with all that makes boxes of its answers. */
export interface Detector {
  /** images: [n, 3, h, w] → what is in each */
  detect(images: Tensor): Promise<Detections[]>
  /** Gives back what it holds; it cannot answer afterwards. */
  dispose(): Promise<void>
}

/**
 * Finds things in pictures with a model that answers for anchors, in evaluation mode: boxes inside the picture, the surest first,
 * of those of a class that overlap only the best.
 * @throws RangeError for an option outside its range.
 * @example
 * const { detect } = detector(model, { engine: onnx() })
 * const [found] = await detect(image) // its boxes, labels and scores
 */
export function detector(
  model: AnchorModel,
  { engine, scoreThreshold = 0.05, iouThreshold = 0.45, maxDetections = 100, candidates = 400 }: DetectorOptions = {},
): Detector {
  for (const [name, v] of Object.entries({ scoreThreshold, iouThreshold }))
    if (!(v >= 0 && v <= 1)) throw new RangeError(`detector: ${name} must be in 0 … 1, got ${v}`)
  for (const [name, v] of Object.entries({ maxDetections, candidates }))
    if (!(Number.isInteger(v) && v > 0)) throw new RangeError(`detector: ${name} must be a whole number of at least 1, got ${v}`)
  const run = compile(
    (x: Tensor) => {
      const { scores, offsets } = model.forward(x)
      return { shares: scores.softmax().slice(2, 1), boxes: decodeBoxes(offsets, model.anchors([x.shape[2]!, x.shape[3]!])) }
    },
    { engine },
  )

  async function detect(images: Tensor): Promise<Detections[]> {
    const [n, , height, width] = images.shape as [number, number, number, number]
    const { shares, boxes } = await evaluating(model, () => run(images))
    const [p, b] = [await shares.data(), await boxes.data()]
    const [, anchors, classes] = shares.shape as [number, number, number]
    if (p.some(v => Number.isNaN(v)))
      throw new PortolanError('detector: the model gave scores that are not numbers. It may have diverged while it was trained.')
    const inside = (v: number, end: number): number => Math.min(Math.max(v, 0), end)
    const found: Detections[] = []
    for (let i = 0; i < n; i++) {
      const sure: { score: number; label: number; box: Box }[] = []
      for (let k = 0; k < anchors * classes; k++) {
        const score = p[i * anchors * classes + k]!
        if (!(score > scoreThreshold)) continue
        const at = (i * anchors + Math.floor(k / classes)) * 4
        const box: Box = [inside(b[at]!, width), inside(b[at + 1]!, height), inside(b[at + 2]!, width), inside(b[at + 3]!, height)]
        if (box[2] > box[0] && box[3] > box[1]) sure.push({ score, label: k % classes, box })
      }
      const best = sure.toSorted((a, b) => b.score - a.score).slice(0, candidates)
      found.push(await suppressed(best))
    }
    return found
  }

  async function suppressed(all: readonly { score: number; label: number; box: Box }[]): Promise<Detections> {
    if (!all.length) return { boxes: [], labels: [], scores: [] }
    const { indices, count } = nonMaxSuppression(tensor(all.map(d => d.box)), tensor(all.map(d => d.score)), {
      maxOutput: Math.min(maxDetections, all.length),
      iouThreshold,
      classes: tensor(Int32Array.from(all, d => d.label)),
    })
    const kept = Array.from((await indices.data()).slice(0, await count.item()), i => all[i]!)
    return { boxes: kept.map(d => d.box), labels: kept.map(d => d.label), scores: kept.map(d => d.score) }
  }

  return { detect, dispose: () => run.dispose() }
}
