import {
  BasicBlock,
  BatchNorm2d,
  concat,
  constant,
  Conv2d,
  heNormal,
  Module,
  normal,
  param,
  RangeError,
  ReLU,
  resize,
  Sequential,
  ShapeError,
  tensor,
  type Tensor,
} from '@portolan/core'
import { initialize } from '../classify/initialize.ts'
import { anchors, anchorsAt, type AnchorLevel } from './anchors.ts'
import type { Box } from './boxes.ts'
import { variances } from './match.ts'

/** Options of `SSD`. */
export interface SSDOptions {
  /** Kinds of things to be found. */
  numClasses: number
  /** Channels of the first stage; the others have 2, 4 and 8 times as many. Default 32. */
  width?: number
  /** Channels of the pyramid; default 64. */
  pyramid?: number
  /** Residual blocks of each of the four stages; default 2, 2, 2, 2. */
  blocks?: readonly [number, number, number, number]
  /** Anchors of the three maps, with strides 8, 16 and 32; default squares, wide and high boxes from 16 to 181 pixels. */
  levels?: readonly [AnchorLevel, AnchorLevel, AnchorLevel]
}

/** What a detector says of each anchor. */
export type AnchorAnswers = {
  /** Scores of nothing and of each class: [n, anchors, 1 + classes] */
  readonly scores: Tensor
  /** Changes that make an anchor the box: [n, anchors, 4] */
  readonly offsets: Tensor
}

const ratios = [0.5, 1, 2]
const spread = (stride: number): AnchorLevel => ({ stride, sizes: [2 * stride, 2 * Math.SQRT2 * stride, 4 * stride], ratios })

const conv3 = (from: number, to: number, stride = 1): Sequential =>
  new Sequential([new Conv2d(from, to, 3, { stride, padding: 1, bias: false }), new BatchNorm2d(to), new ReLU()])

/** A convolution that answers for the anchors of a map: [n, c, h, w] → [n, h·w·anchors, each] */
class Head extends Module {
  readonly conv: Conv2d
  constructor(
    channels: number,
    places: number,
    readonly each: number,
  ) {
    super()
    this.conv = new Conv2d(channels, places * each, 3, { padding: 1, init: normal(0.01) })
    this.conv.bias!.value = param([places * each], constant(0)).value
  }
  forward(x: Tensor): Tensor {
    const y = this.conv.forward(x)
    return y.transpose([0, 2, 3, 1]).reshape([y.shape[0]!, -1, this.each])
  }
}

/**
 * A one-stage detector: a residual network, a pyramid that brings what the small maps know to the large ones, and on each of its three
 * maps a head that says for each anchor what it shows, and where exactly. Trained from nothing.
 *
 * x: [n, 3, h, w], h and w multiples of 32 → { scores: [n, anchors, 1 + numClasses], offsets: [n, anchors, 4] }
 * Liu et al., "SSD: Single Shot MultiBox Detector", 2015; the pyramid: Lin et al., "Feature Pyramid Networks for Object Detection", 2016.
 * @throws RangeError for numClasses, ShapeError for pictures of another size.
 * @example
 * const model = new SSD({ numClasses: 3 })
 * const targets = matchAnchors(model.anchors([256, 320]), truths)
 */
export class SSD extends Module {
  readonly numClasses: number
  readonly levels: readonly AnchorLevel[]
  readonly stem: Sequential
  readonly stages: readonly Sequential[]
  readonly lateral: readonly Conv2d[]
  readonly smooth: readonly Sequential[]
  readonly scores: readonly Head[]
  readonly offsets: readonly Head[]
  constructor({ numClasses, width = 32, pyramid = 64, blocks = [2, 2, 2, 2], levels = [spread(8), spread(16), spread(32)] }: SSDOptions) {
    super()
    if (!(Number.isInteger(numClasses) && numClasses > 0))
      throw new RangeError(`SSD: numClasses must be a whole number of at least 1, got ${numClasses}`)
    if (levels.some((level, i) => level.stride !== 8 * 2 ** i))
      throw new RangeError(`SSD: the levels must have strides 8, 16 and 32, got ${levels.map(l => l.stride)}`)
    this.numClasses = numClasses
    this.levels = levels
    this.stem = conv3(3, width, 2)
    let channels = width
    this.stages = blocks.map((count, i) => {
      const from = channels
      channels = width * 2 ** i
      return new Sequential(Array.from({ length: count }, (_, k) => new BasicBlock(k ? channels : from, channels, { stride: k ? 1 : 2 })))
    })
    initialize(this, Conv2d, heNormal({ mode: 'out' }))
    this.lateral = [2, 4, 8].map(times => new Conv2d(width * times, pyramid, 1))
    this.smooth = levels.map(() => conv3(pyramid, pyramid))
    this.scores = levels.map(level => new Head(pyramid, anchorsAt(level), 1 + numClasses))
    this.offsets = levels.map(level => new Head(pyramid, anchorsAt(level), 4))
  }

  /** The anchors of pictures of a size, in the order of the answers. */
  anchors(size: readonly [number, number]): Box[] {
    return anchors(size, this.levels)
  }

  /**
   * x: [n, 3, h, w], h and w multiples of 32 → answers for each anchor.
   * @throws ShapeError for other sides.
   */
  forward(x: Tensor): AnchorAnswers {
    if (x.shape.length !== 4 || x.shape[2]! % 32 || x.shape[3]! % 32)
      throw new ShapeError(`SSD: the input must be [n, 3, h, w] with h and w multiples of 32, got [${x.shape}]`)
    let h = this.stem.forward(x)
    const maps = this.stages.map(stage => (h = stage.forward(h))).slice(1) // strides 8, 16, 32
    const merged: Tensor[] = []
    for (let i = maps.length - 1; i >= 0; i--) {
      const own = this.lateral[i]!.forward(maps[i]!)
      const above = merged[0]
      merged.unshift(above ? own.add(resize(above, { scale: 2 })) : own)
    }
    const ready = merged.map((map, i) => this.smooth[i]!.forward(map))
    return {
      scores: concat(
        ready.map((map, i) => this.scores[i]!.forward(map)),
        1,
      ),
      offsets: concat(
        ready.map((map, i) => this.offsets[i]!.forward(map)),
        1,
      ),
    }
  }
}

/**
 * The boxes that offsets make of anchors: the inverse of what `matchAnchors` does. Sizes grow at most 62 times, so that nothing overflows.
 *
 * offsets: [n, a, 4] → x₁, y₁, x₂, y₂ in pixels [n, a, 4]
 * @throws ShapeError unless there are as many anchors.
 * @example
 * const boxes = decodeBoxes(offsets, model.anchors([256, 320]))
 */
export function decodeBoxes(offsets: Tensor, anchors: readonly Box[]): Tensor {
  if (offsets.shape.length !== 3 || offsets.shape[1] !== anchors.length || offsets.shape[2] !== 4)
    throw new ShapeError(`decodeBoxes: offsets must be [n, ${anchors.length}, 4], got [${offsets.shape}]`)
  const middle = tensor(
    anchors.flatMap(([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2]),
    [1, anchors.length, 2],
  )
  const size = tensor(
    anchors.flatMap(([x1, y1, x2, y2]) => [x2 - x1, y2 - y1]),
    [1, anchors.length, 2],
  )
  const [shift, growth] = offsets.split(2, 2)
  const at = middle.add(size.mul(shift!.mul(variances[0])))
  const half = size
    .mul(
      growth!
        .mul(variances[1])
        .minimum(Math.log(1000 / 16))
        .exp(),
    )
    .mul(0.5)
  return concat([at.sub(half), at.add(half)], 2)
}
