import { range, size, type ConvAttrs, type Shape } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
import type { Four, Layout } from './layout.ts'

type WithShape = ConvAttrs & { shape: number[] }

/**
 * Convolutions of few places with a large weight, as products of matrices: what each place sees is small, and the weight is
 * read as it stands instead of being brought into a form of its own. Channels come first, [c, n, h, w], so that images need no form either.
 */
export function products(l: Layout) {
  const like = (shape: Shape) => ({ shape, type: 'float32' }) as const
  const first = (b: Builder, x: Ref): Ref => l.once(b, `channels of ${x.name}`, () => b.transpose(x, [1, 0, 2, 3]))
  const flat = (b: Builder, x: Ref): Ref => b.reshape(x, [x.shape[0]!, size(x.shape.slice(1))])

  /** What the places see: [i·kh·kw, n·oh·ow]. */
  function columns(b: Builder, x: Ref, [kh, kw]: Shape, [oh, ow]: Shape, { stride, pads, dilation }: ConvAttrs): Ref {
    return l.once(b, `columns of ${x.name} ${[kh, kw, oh, ow, stride, pads, dilation]}`, () => {
      const [n, i, h, w] = x.shape as Four
      const [top, left, bottom, right] = pads as Four
      const around = b.i64([0, 0, top, left, 0, 0, bottom, right])
      const turned = first(b, x)
      const padded = pads.some(p => p) ? b.node('Pad', [turned, around], {}, like([i, n, h + top + bottom, w + left + right])) : turned
      const seen = range(kh!).flatMap(p =>
        range(kw!).map(q => {
          const from = [p * dilation[0]!, q * dilation[1]!]
          const to = [oh!, ow!].map((d, a) => from[a]! + (d - 1) * stride[a]! + 1)
          return b.reshape(b.slice(padded, [2, 3], from, to, stride), [i, 1, n * oh! * ow!])
        }),
      )
      const all = seen.length === 1 ? seen[0]! : b.node('Concat', seen, { axis: 1 }, like([i, seen.length, n * oh! * ow!]))
      return b.reshape(all, [i * kh! * kw!, n * oh! * ow!])
    })
  }
  const product = (b: Builder, x: readonly Ref[], shape: Shape, attrs = {}): Ref => b.node('Gemm', x, attrs, like(shape))
  /** [c, n, ..] → [n, c, ..], blocked when somebody wants it so. */
  function back(b: Builder, y: Ref, shape: Shape): Ref {
    const [n, c, h, w] = shape as Four
    const plain = b.transpose(b.reshape(y, [c, n, h, w]), [1, 0, 2, 3])
    return c % l.block ? plain : l.reorderable(b, plain)
  }

  return {
    /** Whether that is the faster way: the columns are smaller than the weight. */
    worth: (places: number, outputs: number): boolean => 2 * places <= outputs,

    conv(b: Builder, x: Ref, w: Ref, attrs: ConvAttrs, bias: Ref | undefined): Ref {
      const { shape } = b.out[0]!
      const [n, o, oh, ow] = shape as Four
      const c = columns(b, x, w.shape.slice(2), [oh, ow], attrs)
      return back(b, product(b, [flat(b, w), c, ...(bias ? [b.reshape(bias, [o, 1])] : [])], [o, n * oh * ow]), shape)
    },
    convFilter(b: Builder, x: Ref, g: Ref, { shape, ...attrs }: WithShape): Ref {
      const c = columns(b, x, shape.slice(2), g.shape.slice(2), attrs)
      return b.reshape(product(b, [flat(b, first(b, g)), c], [shape[0]!, size(shape.slice(1))], { transB: 1 }), shape)
    },
    /** Of stride 1. */
    convInput(b: Builder, g: Ref, w: Ref, { shape, pads, dilation }: WithShape): Ref {
      const [, i, kh, kw] = w.shape as Four
      const [n, , oh, ow] = g.shape as Four
      const [, , height, width] = shape as Four
      const all = product(b, [flat(b, w), flat(b, first(b, g))], [i * kh * kw, n * oh * ow], { transA: 1 })
      const places = range(kh * kw)
      const taps =
        places.length === 1
          ? [all]
          : b.many(
              'Split',
              [b.reshape(all, [i, kh * kw, n * oh * ow])],
              { axis: 1, num_outputs: places.length },
              places.map(() => like([i, 1, n * oh * ow])),
            )
      const shifted = taps.map((tap, k) => {
        const [above, before] = [Math.floor(k / kw) * dilation[0]! - pads[0]!, (k % kw) * dilation[1]! - pads[1]!]
        const around = b.i64([0, 0, above, before, 0, 0, height - oh - above, width - ow - before])
        return b.node('Pad', [b.reshape(tap, [i, n, oh, ow]), around], {}, like([i, n, height, width]))
      })
      return back(b, shifted.length === 1 ? shifted[0]! : b.node('Sum', shifted, {}, like([i, n, height, width])), shape)
    },
  }
}
