import { Conv2d, Dropout, GRU, iota, Linear, Module, ShapeError, type Tensor } from '@portolan/core'
import { checkCounts } from '../classify/text-options.ts'

/** Options of `SpeechRecognizer`. */
export interface SpeechRecognizerOptions {
  /** How many different signs there are, the blank (class 0) included. */
  classes: number
  /** Features of a frame. */
  features: number
  /** Filters of both convolutions; default 32. */
  filters?: number
  /** Channels of each direction of a recurrent layer; default 128. */
  hidden?: number
  /** How many recurrent layers; default 2. */
  layers?: number
  /** In training, before, between and after the recurrent layers, 0 ≤ p < 1; default 0.1. */
  dropout?: number
}

/** Of n places those that a window of 3 with step 2 and padding 1 gives. */
const halved = (n: number): number => Math.floor((n - 1) / 2) + 1

/**
 * Writes down what was said: two convolutions over time and frequency, each of step 2 in both, then bidirectional GRU layers and a linear one,
 * scored at each of a quarter of the frames. Train it with `ctc`; read it with `greedyCtc` or `beamCtc`.
 *
 * x: log-mel or MFCC features [n, features, frames]; lengths: int32 [n], frames of each sound, default all → logits [n, ⌈frames/4⌉, classes],
 * which do not depend on how much padding follows. Parameters: conv1, conv2, gru, fc.
 * Graves et al., "Connectionist Temporal Classification", 2006; Amodei et al., "Deep Speech 2", 2015.
 * @throws RangeError for an option out of range; ShapeError if the features are not such.
 * @example
 * const logits = model.forward(sound, lengths)
 * ctc(logits.transpose([1, 0, 2]).logSoftmax(), labels, { inputLengths: model.outputLengths(lengths), labelLengths })
 */
export class SpeechRecognizer extends Module {
  readonly conv1: Conv2d
  readonly conv2: Conv2d
  readonly gru: GRU
  readonly fc: Linear
  readonly dropout: Dropout
  readonly #features: number

  constructor({ classes, features, filters = 32, hidden = 128, layers = 2, dropout = 0.1 }: SpeechRecognizerOptions) {
    super()
    checkCounts('SpeechRecognizer', { classes, features, filters, hidden, layers })
    this.conv1 = new Conv2d(1, filters, 3, { stride: 2, padding: 1 })
    this.conv2 = new Conv2d(filters, filters, 3, { stride: 2, padding: 1 })
    this.gru = new GRU(filters * halved(halved(features)), hidden, { layers, bidirectional: true, dropout })
    this.fc = new Linear(2 * hidden, classes)
    this.dropout = new Dropout(dropout)
    this.#features = features
  }

  /** How many places are scored of sounds of so many frames. int32 [n] → int32 [n] */
  outputLengths(lengths: Tensor): Tensor {
    const half = (x: Tensor): Tensor => x.add(1).floorDivide(2)
    return half(half(lengths))
  }

  /** x: [n, features, frames], lengths: int32 [n], default all frames → logits [n, ⌈frames / 4⌉, classes] */
  forward(x: Tensor, lengths?: Tensor): Tensor {
    if (x.shape.length !== 3 || x.shape[1] !== this.#features)
      throw new ShapeError(`SpeechRecognizer: the features must be [n, ${this.#features}, frames], got [${x.shape}]`)
    const [n, , frames] = x.shape as [number, number, number]
    // what stands behind a sound must look like what stands behind the longest one: nothing
    const kept = (y: Tensor, count: Tensor | undefined): Tensor =>
      count
        ? iota(y.shape.at(-1)!)
            .less(count.reshape([n, 1, 1, 1]))
            .where(y, 0)
        : y
    const half = lengths?.add(1).floorDivide(2)
    const first = this.conv1.forward(kept(x.reshape([n, 1, this.#features, frames]), lengths)).relu()
    const y = this.conv2.forward(kept(first, half)).relu() // [n, filters, features/4, frames/4]
    const places = y.shape[3]!
    const sequence = y.transpose([0, 3, 1, 2]).reshape([n, places, -1])
    const options = lengths ? { lengths: this.outputLengths(lengths) } : {}
    const [read] = this.gru.forward(this.dropout.forward(sequence), options)
    return this.fc.forward(this.dropout.forward(read))
  }
}
