import type { Shape } from '@portolan/core/engine'
import { elementTypes, type Attribute, type ElementType } from '../../model/onnx-model.ts'
import type { Builder, Ref } from '../builder.ts'

export const nchwc = 'com.microsoft.nchwc'
export type Four = [n: number, c: number, h: number, w: number]

/** Numbers that stand as [n, c / block, h, w, block], under the shape [n, c, h, w] that they mean: how the domain's own ops want them. */
export interface Blocked extends Ref {
  /** The convolution that it is: while it is not written, what follows may become part of it. */
  readonly conv?: Convolution
  /** The two whose product it is: a sum of it need not write it. */
  readonly product?: readonly [Ref, Ref]
  /** The gradient of a pooling, by the places of its windows: who can work with these need not put them together. */
  readonly phases?: Phases
}

/** Place (p, q) of all windows of kh × kw, blocked, at number p·kw + q. */
export interface Phases {
  readonly parts: readonly Blocked[]
  readonly kernel: readonly [kh: number, kw: number]
}

/** y = activation(x * weight + bias + sum), one node of the blocked domain. */
export interface Convolution {
  readonly x: Ref
  readonly weight: (b: Builder) => Ref
  readonly attrs: Record<string, Attribute>
  /** [o] */
  readonly bias?: Ref | undefined
  /** Blocked, like y. */
  readonly sum?: Ref | undefined
  readonly relu?: boolean
  /** The weight for channel o of y times factor o; undefined where that is not worth it. */
  readonly times?: (b: Builder, factor: Ref) => Convolution['weight'] | undefined
}

export type Layout = ReturnType<typeof layout>

/** How tensors get into the blocked layout and out of it. */
export function layout(block: number) {
  const five = ([n, c, h, w]: Shape): number[] => [n!, c! / block, h!, w!, block]

  /** A tensor by its blocked form; its plain form is made only if somebody uses it. */
  const lazily = (b: Builder, x: Blocked): Ref => ({
    ...b.lazy(x.shape, x.type, name => {
      if (x.type === 'float32') return b.define(name, 'ReorderOutput', [x], { channels: x.shape[1]! }, nchwc)
      b.define(name, 'Reshape', [b.transpose(b.reshape(x, five(x.shape)), [0, 1, 4, 2, 3]), b.i64(x.shape)])
    }),
    blocked: x,
  })

  const known = new WeakMap<Builder, Map<string, Ref>>()
  /** What is made once in a graph for all who use it. */
  function once(b: Builder, key: string, make: () => Ref): Ref {
    const made = known.get(b) ?? new Map<string, Ref>()
    known.set(b, made)
    if (!made.has(key)) made.set(key, make())
    return made.get(key)!
  }

  return {
    block,
    once,
    five,
    lazily,
    fits: (...channels: number[]): boolean => channels.every(c => c % block === 0),

    /** A plain tensor that those who want it blocked reorder. */
    reorderable: (b: Builder, x: Ref): Ref => ({
      ...x,
      blocked: b.lazy(x.shape, x.type, name => b.define(name, 'ReorderInput', [x], {}, nchwc)),
    }),

    /** The blocked form of a tensor of [n, c, h, w], reordering it if need be. */
    formOf: (b: Builder, x: Ref): Blocked =>
      x.blocked ?? once(b, `form of ${x.name}`, () => b.node('ReorderInput', [x], {}, { shape: x.shape, type: x.type }, nchwc)),

    /** A blocked form that is written when it is first used. */
    later: (b: Builder, shape: Shape, op: string, inputs: readonly Ref[], type: ElementType = 'float32'): Blocked =>
      b.lazy(shape, type, name => b.define(name, op, inputs, op === 'Cast' ? { to: elementTypes[type] } : {})),

    /** A convolution that is written when it is first used. */
    convolve(b: Builder, conv: Convolution, shape: Shape): Ref {
      const write = (name: string): void => {
        const { x, bias, sum, attrs, relu } = conv
        const none: Ref = { name: '', shape: [], type: 'float32' }
        const more = sum ? [bias ?? none, sum] : bias ? [bias] : []
        b.define(name, 'Conv', [x, conv.weight(b), ...more], { ...attrs, ...(relu && { activation: 'Relu' }) }, nchwc)
      }
      return lazily(b, { ...b.lazy(shape, 'float32', write), conv, finite: true })
    },

    /** The convolution of input i of the present op, if that is still open and nobody else needs it as it is. */
    open: (b: Builder, x: Ref, i: number): Convolution | undefined =>
      x.blocked?.conv && !x.blocked.conv.relu && b.isLazy(x.blocked) && b.isLazy(x) && b.sole(i) ? x.blocked.conv : undefined,

    /** A tensor that has one number for each channel of `shape`, as [c]. */
    perChannel(b: Builder, r: Ref, shape: Shape): Ref | undefined {
      const c = shape[1]!
      const fits =
        r.shape.length >= 3 && r.shape.length <= 4 && r.shape.at(-3) === c && r.shape.every((d, i) => d === 1 || i === r.shape.length - 3)
      return fits && r.type === 'float32' && c > 1 ? b.reshape(r, [c]) : undefined
    },

    /** x·weight + bias for each channel, in one pass: a convolution of depth 1 with windows of 1 × 1. */
    affine(b: Builder, x: Ref, weight: Ref, bias?: Ref): Ref {
      const c = x.shape[1]!
      const wide = (w: Ref) => (b: Builder) => b.reshape(w, [c, 1, 1, 1])
      const attrs = { kernel_shape: [1, 1], group: c }
      return this.convolve(b, { x, weight: wide(weight), bias, attrs, times: (b, f) => wide(b.node('Mul', [weight, f], {}, f)) }, x.shape)
    },

    /** Σ x over the image, → [n, c] */
    imageSums(b: Builder, x: Ref): Ref {
      const [n, c, h, w] = x.shape as Four
      const rows = b.reshape(x, [(n * c) / block, h * w, block])
      const sums = b.node('ReduceSum', [rows, b.i64([1])], { keepdims: 0 }, { shape: [(n * c) / block, block], type: 'float32' })
      return b.reshape(sums, [n, c])
    },

    /** Σ x·y over the image, → [n, c]: a convolution of depth 1 with windows of the size of the image. */
    imageProducts(b: Builder, x: Ref, y: Ref): Ref {
      const [n, c, h, w] = x.shape as Four
      const attrs = { kernel_shape: [h, w], group: n * c }
      const inputs = [b.reshape(x, [1, n * c, h, w]), b.reshape(y, [n * c, 1, h, w])]
      return b.reshape(b.node('Conv', inputs, attrs, { shape: [1, n * c, 1, 1], type: 'float32' }, nchwc), [n, c])
    },
  }
}
