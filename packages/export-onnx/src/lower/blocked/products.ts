import { range, size, type ConvAttrs, type Shape } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
import type { Four, Layout } from './layout.ts'

/**
 * Convolutions of few places with a large weight, as products of matrices: what the places see is smaller than the weight, which is
 * read as it stands instead of being brought into a form of its own. Tensors stand as [channels, places of an image, images].
 */
export function products(l: Layout) {
  const like = (shape: Shape) => ({ shape, type: 'float32' }) as const
  const product = (b: Builder, x: readonly Ref[], shape: Shape, attrs = {}): Ref => b.node('Gemm', x, attrs, like(shape))
  const matrix = (b: Builder, w: Ref): Ref => b.reshape(w, [w.shape[0]!, size(w.shape.slice(1))])

  /** [n, c, h, w] → [c, h·w, n] */
  const turned = (b: Builder, x: Ref): Ref =>
    l.once(b, `places of ${x.name}`, () => {
      const [n, c, h, w] = x.shape as Four
      return b.reshape(b.transpose(x, [1, 2, 3, 0]), [c, h * w, n])
    })

  /** [c, h·w·n] → [n, c, h, w], blocked when somebody wants it so. */
  function back(b: Builder, y: Ref, [n, c, h, w]: Four): Ref {
    const plain = b.transpose(b.reshape(y, [c, h, w, n]), [3, 0, 1, 2])
    return c % l.block ? plain : l.reorderable(b, plain)
  }

  /** The places of that numbers in x, [c, places, n]; 0 for −1. */
  function pick(b: Builder, x: Ref, at: readonly number[]): Ref {
    const [c, count, n] = x.shape as [number, number, number]
    const zero = b.i64([0, 0, 0, 0, 1, 0])
    const all = at.includes(-1) ? b.node('Pad', [x, zero], {}, like([c, count + 1, n])) : x
    const index = b.i64(at.map(i => (i < 0 ? count : i)))
    return b.node('Gather', [all, index], { axis: 1 }, like([c, at.length, n]))
  }

  /** What the places of a convolution see: [i·kh·kw, oh·ow·n]. */
  function columns(b: Builder, x: Ref, seen: Seen): Ref {
    return l.once(b, `${seen.taps} taps ${seen.at} of ${x.name}`, () => {
      const [n, i] = x.shape as Four
      return b.reshape(pick(b, turned(b, x), seen.at), [i * seen.taps, (n * seen.at.length) / seen.taps])
    })
  }

  return {
    /** Whether that is the faster way: the columns are less than half the weight. */
    worth: (places: number, outputs: number): boolean => 2 * places <= outputs,

    conv(b: Builder, x: Ref, w: Ref, attrs: ConvAttrs, bias: Ref | undefined): Ref {
      const [n, o, oh, ow] = b.out[0]!.shape as Four
      const c = columns(b, x, seenBy(x.shape, w.shape, [oh, ow], attrs))
      return back(b, product(b, [matrix(b, w), c, ...(bias ? [b.reshape(bias, [o, 1])] : [])], [o, oh * ow * n]), [n, o, oh, ow])
    },

    convFilter(b: Builder, x: Ref, g: Ref, { shape, ...attrs }: ConvAttrs & { shape: number[] }): Ref {
      const c = columns(b, x, seenBy(x.shape, shape, g.shape.slice(2), attrs))
      return b.reshape(product(b, [matrix(b, turned(b, g)), c], [shape[0]!, size(shape.slice(1))], { transB: 1 }), shape)
    },

    convInput(b: Builder, g: Ref, w: Ref, { shape, ...attrs }: ConvAttrs & { shape: number[] }): Ref {
      const [n, i, h, width] = shape as Four
      const { at, taps } = seenBy(shape, w.shape, g.shape.slice(2), attrs)
      const parts = product(b, [matrix(b, w), matrix(b, turned(b, g))], [i * taps, (n * at.length) / taps], { transA: 1 })
      // each place takes up what it gave
      const given = range(h * width).map(place => at.flatMap((p, k) => (p === place ? [k] : [])))
      const most = Math.max(1, ...given.map(p => p.length))
      const turn = range(most).flatMap(k => given.map(p => p[k] ?? -1))
      const all = pick(b, b.reshape(parts, [i, at.length, n]), turn)
      const sum = () =>
        b.node('ReduceSum', [b.reshape(all, [i, most, h * width * n]), b.i64([1])], { keepdims: 0 }, like([i, h * width * n]))
      return back(b, most > 1 ? sum() : all, [n, i, h, width])
    },
  }
}

/** The place of an image at each tap of each window, [taps, oh·ow] with taps = kh·kw; −1 beyond the border. */
interface Seen {
  at: number[]
  taps: number
}

function seenBy([, , h, w]: Shape, [, , kh, kw]: Shape, [oh, ow]: Shape, { stride, pads, dilation }: ConvAttrs): Seen {
  const along = (a: number, length: number, tap: number, out: number): number => {
    const at = out * stride[a]! + tap * dilation[a]! - pads[a]!
    return at < length ? at : -1
  }
  const at = range(kh! * kw!).flatMap(tap =>
    range(oh! * ow!).map(out => {
      const y = along(0, h!, Math.floor(tap / kw!), Math.floor(out / ow!))
      const x = along(1, w!, tap % kw!, out % ow!)
      return y < 0 || x < 0 ? -1 : y * w! + x
    }),
  )
  return { at, taps: kh! * kw! }
}
