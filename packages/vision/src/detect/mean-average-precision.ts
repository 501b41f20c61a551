import { RangeError, ShapeError, type Accumulator } from '@portolan/core'
import { areaOf, boxIou, overlap, type Detections, type Truth } from './boxes.ts'

/** Options of `MeanAveragePrecision`. */
export interface AveragePrecisionOptions {
  /** From which IoU on a box counts as found; default COCO's, 0.5, 0.55, …, 0.95. */
  thresholds?: readonly number[]
  /** 'coco': the mean of the precision at 101 recalls; 'area': the area under the curve, as of Pascal VOC from 2010. Default 'coco'. */
  interpolation?: 'coco' | 'area'
  /** How many of the surest detections of a class count in each picture; default 100. */
  maxDetections?: number
}

/** Average precision, over classes and thresholds. */
export interface DetectionScores {
  /** Mean over classes and thresholds: COCO's AP. */
  readonly map: number
  /** Mean over classes at IoU 0.5, if that is a threshold: the older mAP. */
  readonly map50: number | undefined
  /** By class: means over the thresholds; undefined for a class of which there was nothing to be found. */
  readonly perClass: readonly (number | undefined)[]
  /** By threshold and class. */
  readonly table: readonly (readonly (number | undefined)[])[]
}

const coco = Array.from({ length: 10 }, (_, i) => (50 + 5 * i) / 100)
const mean = (numbers: readonly number[]): number => (numbers.length ? numbers.reduce((a, b) => a + b, 0) / numbers.length : 0)
const known = (numbers: readonly (number | undefined)[]): number[] => numbers.filter(v => v !== undefined)

/**
 * How well things were found: precision at every recall, averaged, by class and by how exactly boxes must fit. In each picture the surest
 * detection takes the box that it overlaps most with, if by the threshold and nobody has it yet; the next looks among those left.
 * Lin et al., "Microsoft COCO: Common Objects in Context", 2014; Everingham et al., "The Pascal Visual Object Classes Challenge", 2010.
 * @throws RangeError for a label that is no class, ShapeError if boxes, labels and scores are not as many.
 * @example
 * const scores = new MeanAveragePrecision(3)
 * scores.add(await detect(images), truths)
 * scores.value().map50
 */
export class MeanAveragePrecision implements Accumulator<[detections: readonly Detections[], truths: readonly Truth[]], DetectionScores> {
  readonly #pictures: { detections: Detections; truth: Truth }[] = []
  readonly #thresholds: readonly number[]
  readonly #interpolation: 'coco' | 'area'
  readonly #most: number
  constructor(
    readonly classes: number,
    { thresholds = coco, interpolation = 'coco', maxDetections = 100 }: AveragePrecisionOptions = {},
  ) {
    if (!(Number.isInteger(classes) && classes > 0))
      throw new RangeError(`MeanAveragePrecision: classes must be a whole number of at least 1, got ${classes}`)
    if (!thresholds.length || !thresholds.every(t => t > 0 && t <= 1))
      throw new RangeError(`MeanAveragePrecision: thresholds must be above 0 and at most 1, got [${thresholds}]`)
    this.#thresholds = thresholds
    this.#interpolation = interpolation
    this.#most = maxDetections
  }

  /** Adds pictures: what was found in each, and what is there. */
  add(detections: readonly Detections[], truths: readonly Truth[]): void {
    if (detections.length !== truths.length)
      throw new ShapeError(`MeanAveragePrecision.add: ${truths.length} pictures need as many detections, got ${detections.length}`)
    const pictures = detections.map((found, i) => ({ detections: found, truth: truths[i]! }))
    for (const { detections: d, truth: t } of pictures) {
      if (d.boxes.length !== d.labels.length || d.boxes.length !== d.scores.length || t.boxes.length !== t.labels.length)
        throw new ShapeError('MeanAveragePrecision.add: each box needs its label, and each detection its score')
      for (const label of [...d.labels, ...t.labels])
        if (!(Number.isInteger(label) && label >= 0 && label < this.classes))
          throw new RangeError(`MeanAveragePrecision.add: a label must be a whole number in 0…${this.classes - 1}, got ${label}`)
    }
    this.#pictures.push(...pictures)
  }
  merge(other: MeanAveragePrecision): void {
    this.add(
      other.#pictures.map(p => p.detections),
      other.#pictures.map(p => p.truth),
    )
  }
  reset(): void {
    this.#pictures.length = 0
  }

  value(): DetectionScores {
    const classes = Array.from({ length: this.classes }, (_, c) => c)
    const table = this.#thresholds.map(threshold => classes.map(c => this.#averagePrecision(c, threshold)))
    const at50 = table[this.#thresholds.indexOf(0.5)]
    const perClass = classes.map(c => (table[0]![c] === undefined ? undefined : mean(known(table.map(row => row[c])))))
    return { map: mean(table.flatMap(known)), map50: at50 && mean(known(at50)), perClass, table }
  }

  #averagePrecision(label: number, threshold: number): number | undefined {
    const judged = this.#pictures.flatMap(picture => this.#judge(picture, label, threshold))
    const there = this.#pictures.reduce(
      (sum, { truth: { labels, crowd } }) => sum + labels.filter((l, i) => l === label && !crowd?.[i]).length,
      0,
    )
    if (!there) return undefined
    const order = judged.toSorted((a, b) => b.score - a.score)
    let right = 0
    const curve = order.map(({ found }, i) => {
      right += Number(found)
      return { recall: right / there, precision: right / (i + 1) }
    })
    for (let i = curve.length - 2; i >= 0; i--) curve[i]!.precision = Math.max(curve[i]!.precision, curve[i + 1]!.precision)
    if (this.#interpolation === 'area')
      return curve.reduce((sum, { recall, precision }, i) => sum + (recall - (curve[i - 1]?.recall ?? 0)) * precision, 0)
    let i = 0
    return mean(
      Array.from({ length: 101 }, (_, k) => {
        while (i < curve.length && curve[i]!.recall < k / 100) i++
        return curve[i]?.precision ?? 0
      }),
    )
  }

  /** Of one picture, each detection of a class that counts: whether it found something. */
  #judge(
    { detections, truth }: { detections: Detections; truth: Truth },
    label: number,
    threshold: number,
  ): { score: number; found: boolean }[] {
    const order = detections.labels
      .flatMap((l, i) => (l === label ? [i] : []))
      .toSorted((a, b) => detections.scores[b]! - detections.scores[a]!)
      .slice(0, this.#most)
    const things = truth.labels.flatMap((l, i) => (l === label ? [i] : []))
    const free = things.filter(i => !truth.crowd?.[i])
    const crowds = things.filter(i => truth.crowd?.[i])
    return order.flatMap((i): { score: number; found: boolean }[] => {
      const [box, score] = [detections.boxes[i]!, detections.scores[i]!]
      let [best, most] = [-1, threshold]
      for (const k of free) {
        const iou = boxIou(box, truth.boxes[k]!)
        if (iou >= most) [best, most] = [k, iou]
      }
      if (best >= 0) {
        free.splice(free.indexOf(best), 1)
        return [{ score, found: true }]
      }
      // what lies in a crowd is neither right nor wrong
      if (crowds.some(k => overlap(box, truth.boxes[k]!) / areaOf(box) >= threshold)) return []
      return [{ score, found: false }]
    })
  }
}
