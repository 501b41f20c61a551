import { sameShape, type Shape } from '@portolan/core/engine'
import { elements, type Builder, type Ref, type Rules } from './builder.ts'

const nchwc = 'com.microsoft.nchwc'
type Four = [number, number, number, number]

const plainWindow = ({ stride, dilation, groups }: { stride: number[]; dilation: number[]; groups: number }): boolean =>
  groups === 1 && [...stride, ...dilation].every(s => s === 1)

/**
 * onnxruntime's blocked layout for convolutions on CPU (domain com.microsoft.nchwc), for the block of channels that the
 * processor has. A `Ref` may have a blocked form, [n, c / block, h, w, block]; its plain form is then made only if
 * somebody asks. A rule that does not apply declines.
 */
export function blocked(block: number): Rules {
  const five = ([n, c, h, w]: Shape): number[] => [n!, c! / block, h!, w!, block]
  const fits = (b: Builder, ...channels: number[]): boolean => !b.nested && channels.every(c => c % block === 0)
  const isBlocked = (b: Builder, x: Ref): x is Ref & { blocked: Ref } => x.blocked !== undefined && b.isLazy(x)
  /** Blocked numbers under the name of their logical shape: how the domain's own ops want them. */
  const four = (b: Builder, x: Ref, shape: Shape): Ref => b.reshape(x, shape)

  /** A tensor whose plain form is made only when it is used. */
  const lazily = (b: Builder, x: Ref, shape: Shape): Ref => ({
    ...b.lazy(shape, x.type, name => b.define(name, 'ReorderOutput', [b.reshape(x, shape)], { channels: shape[1]! }, nchwc)),
    blocked: x,
  })

  /** The blocked form of a tensor, reordering it if need be. */
  const formOf = (b: Builder, x: Ref): Ref =>
    x.blocked ?? b.reshape(b.node('ReorderInput', [x], {}, { shape: x.shape, type: x.type }, nchwc), five(x.shape))

  /** Weights as [o / b, i / b, kh, kw, b(i), b(o)], or [o / b, i, kh, kw, b(o)] for few input channels. */
  function weightForm(b: Builder, w: Ref): Ref {
    const [o, i, kh, kw] = w.shape as Four
    const many = i % block === 0
    const split = b.reshape(w, many ? [o / block, block, i / block, block, kh, kw] : [o / block, block, i, kh, kw])
    return b.reshape(b.transpose(split, many ? [0, 2, 4, 5, 3, 1] : [0, 2, 3, 4, 1]), w.shape)
  }

  interface ConvOptions {
    bias?: Ref | undefined
    /** The weight is blocked already. */
    ready?: boolean
  }
  function conv(
    b: Builder,
    x: Ref,
    w: Ref,
    attrs: { strides: number[]; pads: number[]; dilations?: number[] },
    out: Shape,
    { bias, ready = false }: ConvOptions = {},
  ): Ref {
    const input = x.shape[1]! % block === 0 ? four(b, formOf(b, x), x.shape) : x
    const y = b.node(
      'Conv',
      [input, ready ? w : weightForm(b, w), ...(bias ? [bias] : [])],
      { ...attrs, kernel_shape: w.shape.slice(2) },
      { shape: out, type: 'float32' },
      nchwc,
    )
    return lazily(b, b.reshape(y, five(out)), out)
  }

  /** One element at a time: stays blocked when everything is blocked, a scalar or one number for each channel. */
  const elementwise =
    (op: string) =>
    (x: readonly Ref[], _: unknown, b: Builder): Ref | undefined => {
      const { shape, type } = b.out[0]!
      if (!x.some(r => isBlocked(b, r))) return undefined
      const forms = x.map(r => {
        if (r.blocked && sameShape(r.shape, shape)) return r.blocked
        if (r.shape.length === 0) return r
        const channel = r.shape.at(-3) === shape[1] && r.shape.every((d, i) => d === 1 || i === r.shape.length - 3)
        return channel ? b.reshape(r, [shape[1]! / block, 1, 1, block]) : undefined
      })
      if (forms.some(f => !f)) return undefined
      return lazily(b, b.node(op, forms as Ref[], {}, { shape: five(shape), type }), shape)
    }

  /** Σ over batch and image, in two: several times faster. → [c] */
  function channelSums(b: Builder, x: Ref): Ref {
    const [n, groups, h, w, k] = x.shape as [number, number, number, number, number]
    const rows = b.node(
      'ReduceSum',
      [b.reshape(x, [n * groups, h * w, k]), b.i64([1])],
      { keepdims: 0 },
      { shape: [n * groups, k], type: 'float32' },
    )
    const sums = b.node(
      'ReduceSum',
      [b.reshape(rows, [n, groups * k]), b.i64([0])],
      { keepdims: 0 },
      { shape: [groups * k], type: 'float32' },
    )
    return b.reshape(sums, [groups * k])
  }

  return {
    add: elementwise('Add'),
    sub: elementwise('Sub'),
    mul: elementwise('Mul'),
    div: elementwise('Div'),
    relu: elementwise('Relu'),
    greater: elementwise('Greater'),
    cast: ([x], { dtype }, b) =>
      isBlocked(b, x) && dtype === 'float32'
        ? lazily(b, b.node('Cast', [x.blocked], { to: 1 }, { shape: x.blocked.shape, type: 'float32' }), x.shape)
        : undefined,
    sum: ([x], { axes, keepDims }, b) => (isBlocked(b, x) && !keepDims && axes.join() === '0,2,3' ? channelSums(b, x.blocked) : undefined),
    batchNorm: ([x, weight, bias], { epsilon }, b) => {
      if (!isBlocked(b, x)) return undefined
      const [c, full, at] = [x.shape[1]!, { shape: x.blocked.shape, type: x.type }, { shape: weight.shape, type: x.type }]
      const share = b.f32(c / elements(x))
      const wide = (t: Ref): Ref => b.reshape(t, [c / block, 1, 1, block])
      const mean = b.node('Mul', [channelSums(b, x.blocked), share], {}, at)
      const centred = b.node('Sub', [x.blocked, wide(mean)], {}, full)
      const variance = b.node('Mul', [channelSums(b, b.node('Mul', [centred, centred], {}, full)), share], {}, at)
      const scale = b.node('Div', [weight, b.node('Sqrt', [b.node('Add', [variance, b.f32(epsilon)], {}, at)], {}, at)], {}, at)
      const y = b.node('Add', [b.node('Mul', [centred, wide(scale)], {}, full), wide(bias)], {}, full)
      return [lazily(b, y, x.shape), mean, variance]
    },
    conv: ([x, w, bias], attrs, b) => {
      const [o, i] = w.shape as Four
      if (w.shape.length !== 4 || attrs.groups !== 1 || attrs.dilation.some(d => d !== 1)) return undefined
      if (!fits(b, o) || !(i % block === 0 || i < block)) return undefined
      return conv(b, x, w, { strides: attrs.stride, pads: attrs.pads }, b.out[0]!.shape, { bias })
    },
    // stride 1: a convolution of g with the kernel flipped and its channels exchanged
    convInput: ([g, w], { pads, shape, ...attrs }, b) => {
      const [o, i, kh, kw] = w.shape as Four
      if (w.shape.length !== 4 || !plainWindow(attrs) || !fits(b, o, i)) return undefined
      if (pads.some((p, k) => p >= w.shape[2 + (k % 2)]!)) return undefined // would need negative pads
      const swapped = b.transpose(w, [1, 0, 2, 3])
      const flipped = b.node(
        'Slice',
        [swapped, b.i64([-1, -1]), b.i64([-1000, -1000]), b.i64([2, 3]), b.i64([-1, -1])],
        {},
        { shape: [i, o, kh, kw], type: 'float32' },
      )
      return conv(
        b,
        g,
        flipped,
        { strides: [1, 1], pads: [kh - 1 - pads[0]!, kw - 1 - pads[1]!, kh - 1 - pads[2]!, kw - 1 - pads[3]!] },
        shape,
      )
    },
    // batch and channels change places: x [i, n, ..] * g [o, n, ..]
    convFilter: ([x, g], { pads, shape, ...attrs }, b) => {
      const [o, i, kh, kw] = shape as Four
      const [n, , oh, ow] = g.shape as Four
      if (shape.length !== 4 || !plainWindow(attrs) || !fits(b, o, n) || i < 16) return undefined
      const grouped = b.reshape(formOf(b, g), [n / block, block, o / block, oh, ow, block])
      const weight = b.reshape(b.transpose(grouped, [2, 0, 3, 4, 1, 5]), [o, n, oh, ow])
      const y = conv(b, b.transpose(x, [1, 0, 2, 3]), weight, { strides: [1, 1], pads }, [i, o, kh, kw], { ready: true })
      return b.transpose(y, [1, 0, 2, 3])
    },
    maxPool: ([x], { kernel, stride, pads, dilation }, b) => {
      if (!isBlocked(b, x) || kernel.some((k, i) => k !== stride[i]) || [...pads, ...dilation.map(d => d - 1)].some(p => p))
        return undefined
      const { shape } = b.out[0]!
      const attrs = { kernel_shape: kernel, strides: stride, pads }
      const y = b.reshape(b.node('MaxPool', [four(b, x.blocked, x.shape)], attrs, { shape, type: 'float32' }, nchwc), five(shape))
      const index = b.lazy(shape, 'int32', name => {
        const wide = b.many('MaxPool', [x], attrs, [
          { shape, type: 'float32' },
          { shape, type: 'int64' },
        ])[1]!
        b.define(name, 'Cast', [wide], { to: 6 })
      })
      return [lazily(b, y, shape), { ...index, pooled: { x: x.blocked, y } }]
    },
    // the gradient of the window, where x is the first to equal the maximum of its window
    maxUnpool: ([g, index], { shape, kernel }, b) => {
      if (!index.pooled || !b.isLazy(index)) return undefined
      const small = index.shape
      const [n, c, h, w] = shape as Four
      const [kh, kw] = kernel as [number, number]
      const [uh, uw] = [small[2]! * kh, small[3]! * kw]
      const full = five(shape)
      const up = (r: Ref): Ref => {
        const big = b.node('Upsample', [four(b, r, small)], { scales: [1, 1, kh, kw] }, { shape: [n, c, uh, uw], type: 'float32' }, nchwc)
        if (uh === h && uw === w) return b.reshape(big, full)
        const rows = b.reshape(big, [(n * c) / block, uh, uw * block])
        return b.reshape(
          b.node(
            'Pad',
            [rows, b.i64([0, 0, 0, 0, h - uh, (w - uw) * block])],
            {},
            { shape: [(n * c) / block, h, w * block], type: 'float32' },
          ),
          full,
        )
      }
      // earlier places of a window weigh more: of several maxima the heaviest is the first
      const weights = Float32Array.from({ length: h * w }, (_, i) => kh * kw - ((Math.floor(i / w) % kh) * kw + ((i % w) % kw)))
      const hit = b.node('Equal', [index.pooled.x, up(index.pooled.y)], {}, { shape: full, type: 'bool' })
      const weighed = b.node(
        'Mul',
        [b.cast({ ...hit }, 'float32'), b.constant('float32', [h, w, 1], weights)],
        {},
        { shape: full, type: 'float32' },
      )
      const heaviest = b.reshape(
        b.node(
          'MaxPool',
          [four(b, weighed, shape)],
          { kernel_shape: kernel, strides: kernel, pads: [0, 0, 0, 0] },
          { shape: small, type: 'float32' },
          nchwc,
        ),
        five(small),
      )
      // where the image does not divide into windows, the rest is 0 on both sides: no window, no gradient
      const first = b.node('Equal', [weighed, up(heaviest)], {}, { shape: full, type: 'bool' })
      return lazily(b, b.node('Mul', [up(formOf(b, g)), b.cast(first, 'float32')], {}, { shape: full, type: 'float32' }), shape)
    },
  }
}
