import {
  BatchNorm1d,
  Buffer,
  Dropout,
  HostRng,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  MultiHeadAttention,
  Param,
  tensor,
  type DType,
  type Layer,
  type Tensor,
} from '@portolan/core'

/** Features of every part: x: [n, width] → [n, width]. */
export const width = 4

/** One after the other, and what came in added: numbers stay small however deep the tree is. */
class Chain extends Module implements Layer {
  constructor(readonly parts: Record<string, Layer>) {
    super()
  }
  forward(x: Tensor): Tensor {
    return Object.values(this.parts).reduce((y, part) => part.forward(y), x).tanh().add(x) // prettier-ignore
  }
}
/** Side by side, in arrays of arrays. */
class Grid extends Module implements Layer {
  readonly headRows: readonly (readonly Layer[])[]
  constructor(rows: readonly (readonly Layer[])[]) {
    super()
    this.headRows = rows
  }
  forward(x: Tensor): Tensor {
    const all = this.headRows.flat()
    return all.length ? all.map(part => part.forward(x)).reduce((a, b) => a.add(b)).mul(1 / all.length) : x // prettier-ignore
  }
}
/** One layer under two names: it has one set of weights. */
class Tied extends Module implements Layer {
  readonly decoder: Layer
  constructor(readonly encoder: Layer) {
    super()
    this.decoder = encoder
  }
  forward(x: Tensor): Tensor {
    return this.decoder.forward(this.encoder.forward(x).sigmoid())
  }
}
/** Variables of its own, of every dtype, and things that are none. */
class Leaf extends Module implements Layer {
  readonly scale: Param
  readonly runningShift: Buffer
  readonly others: readonly Buffer[]
  readonly label = 'not a weight'
  readonly sizes = [1, 2, 3]
  readonly nothing = undefined
  constructor(rng: HostRng) {
    super()
    this.scale = new Param(tensor(Array.from({ length: width }, () => rng.normal())))
    this.runningShift = new Buffer(tensor(rng.normal()))
    this.others = Array.from({ length: rng.integer(4) }, () => oddities(rng))
  }
  forward(x: Tensor): Tensor {
    return x.mul(this.scale.value).add(this.runningShift.value)
  }
}
/** A sequence of one, through recurrence or attention. */
class Sequence extends Module implements Layer {
  readonly inner: LSTM | MultiHeadAttention
  constructor(rng: HostRng) {
    super()
    this.inner = rng.integer(2) ? new LSTM(width, width) : new MultiHeadAttention(width, 2)
  }
  forward(x: Tensor): Tensor {
    const steps = x.expandDims(1) // [n, 1, width]
    const y = this.inner instanceof LSTM ? this.inner.forward(steps)[0] : this.inner.forward(steps)
    return y.squeeze(1)
  }
}

/** Numbers that files must keep to the bit: no axes, empty axes, -0, the smallest and largest, every dtype. */
function oddities(rng: HostRng): Buffer {
  const dtype = (['float32', 'int32', 'uint8', 'bool'] as const satisfies DType[])[rng.integer(4)]!
  const shape = Array.from({ length: rng.integer(4) }, () => rng.integer(4))
  const odd = { float32: [-0, NaN, Infinity, 1e-45, 3.4e38], int32: [-(2 ** 31), 2 ** 31 - 1, 0], uint8: [0, 255], bool: [0, 1] }[dtype]
  const n = shape.reduce((a, b) => a * b, 1)
  return new Buffer(tensor(Array.from({ length: n }, () => odd[rng.integer(odd.length)]!), shape, dtype)) // prettier-ignore
}

const keys = ['a', 'fc1', 'blockB', 'Q', '0', '17', 'proj_out', 'größe', 'two words', 'constructor', 'toString']

/** A module with others below it, a function of the stream alone. */
export function moduleTree(rng: HostRng, depth = 3): Layer {
  const below = (): Layer => moduleTree(rng, depth - 1)
  const leaves = [
    () => new Linear(width, width, { bias: rng.integer(2) === 1 }),
    () => new LayerNorm(width),
    () => new BatchNorm1d(width),
    () => new Dropout(0.5),
    () => new Sequence(rng),
    () => new Leaf(rng),
  ]
  const containers = [
    () => new Chain(Object.fromEntries(Array.from(rng.permutation(keys.length).slice(0, 1 + rng.integer(4)), k => [keys[k]!, below()]))), // prettier-ignore
    () => new Grid(Array.from({ length: rng.integer(3) }, () => Array.from({ length: rng.integer(3) }, below))),
    () => new Tied(below()),
  ]
  const kinds = depth ? containers : leaves
  return kinds[rng.integer(kinds.length)]!()
}
