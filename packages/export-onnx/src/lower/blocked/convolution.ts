import { range, type ConvAttrs, type Shape } from '@portolan/core/engine'
import { elements, type Builder, type Ref, type Rules } from '../builder.ts'
import { interleave } from './interleave.ts'
import { type Convolution, type Four, type Layout } from './layout.ts'
import { products } from './products.ts'
import { depthForm, turnedForm, weightForm } from './weights.ts'

/** Rows or columns of an input gradient that stand `stride` apart: which places of the window reach them, in the order in which a convolution of g meets them. */
interface Phase {
  taps: number[]
  pads: [number, number]
  dilation: number
}

/**
 * dx[s·t + a] = Σ g[t + (a + p − k·d) / s]·w[k] over those k for which it divides: one convolution of stride 1 for each a < s.
 * Undefined where g would have to be cropped.
 */
function phases(g: number, x: number, k: number, stride: number, pad: number, dilation: number): Phase[] | undefined {
  if (stride > 1 && dilation > 1) return undefined
  const count = Math.ceil(x / stride)
  const all = range(stride).map((a): Phase => {
    const taps = range(k)
      .filter(t => (a + pad - t * dilation) % stride === 0)
      .reverse()
    const [first, last] = [taps[0], taps.at(-1)].map(t => (a + pad - (t ?? 0) * dilation) / stride) as [number, number]
    return { taps, pads: [-first, count - 1 + last - (g - 1)], dilation }
  })
  return all.every(({ taps, pads }) => !taps.length || pads.every(p => p >= 0)) ? all : undefined
}

/** From so many rows of a block on, gathering them in another order is faster than Transpose. */
const manyRows = 2 ** 12

export function convolution(l: Layout): Rules {
  const { block, once } = l
  const flat = products(l)

  /** What a convolution reads: blocked, or plain where its channels do not fill a block. */
  const input = (b: Builder, x: Ref): Ref => (x.shape[1]! % block === 0 ? l.formOf(b, x) : x)
  const readable = (channels: number): boolean => channels % block === 0 || channels < block

  function conv(x: Ref, w: Ref, { stride, pads, dilation, groups }: ConvAttrs): Convolution {
    const deep = groups > 1
    const weight = (w: Ref) => (b: Builder) =>
      once(b, `${w.name} ${deep}`, () => (deep ? depthForm(b, block, w, false) : weightForm(b, block, w)))
    return {
      x,
      weight: weight(w),
      attrs: { kernel_shape: w.shape.slice(2), strides: stride, pads, dilations: dilation, group: groups },
      times: (b, f) => (elements(w) > elements(x) ? undefined : weight(b.node('Mul', [w, b.reshape(f, [w.shape[0]!, 1, 1, 1])], {}, w))),
    }
  }

  function convInput(
    b: Builder,
    g: Ref,
    w: Ref,
    { stride, pads, dilation, groups, shape }: ConvAttrs & { shape: number[] },
  ): Ref | undefined {
    const [, , kh, kw] = w.shape as Four
    const [, , gh, gw] = g.shape as Four
    const across = [kh, kw].map((k, i) => phases([gh, gw][i]!, shape[i + 2]!, k, stride[i]!, pads[i]!, dilation[i]!))
    const [rows, columns] = across
    if (!rows || !columns) return undefined
    const deep = groups > 1
    if (deep && rows.length * columns.length > 1) return undefined
    const part = (r: Phase, c: Phase): Convolution => {
      const key = `${w.name} ${r.taps} ${c.taps}`
      const make = (b: Builder) => (deep ? depthForm(b, block, w, true) : turnedForm(b, block, w, r.taps, c.taps))
      const attrs = {
        kernel_shape: [r.taps.length, c.taps.length],
        pads: [r.pads[0], c.pads[0], r.pads[1], c.pads[1]],
        dilations: [r.dilation, c.dilation],
        group: groups,
      }
      return { x: input(b, g), weight: b => once(b, key, () => make(b)), attrs }
    }
    if (rows.length * columns.length === 1) return l.convolve(b, part(rows[0]!, columns[0]!), shape)
    const small = [shape[0]!, shape[1]!, Math.ceil(shape[2]! / rows.length), Math.ceil(shape[3]! / columns.length)]
    const parts = rows.flatMap(r =>
      columns.map(c => (r.taps.length && c.taps.length ? l.convolve(b, part(r, c), small).blocked : undefined)),
    )
    return l.lazily(b, { ...interleave(b, block, parts, [rows.length, columns.length], shape), finite: true })
  }

  /**
   * dw[o, i, p, q] = Σ x[n, i, ..]·g[n, o, ..]: the convolution of x with g in which batch and channels change places, and so do stride and dilation.
   * Its images are as small as the window: their columns are padded beforehand, as the domain computes those at a border one by one.
   */
  function convFilter(b: Builder, x: Ref, g: Ref, { stride, pads, dilation, shape }: ConvAttrs & { shape: number[] }): Ref {
    const [o, i, kh, kw] = shape as Four
    const [, , h, w] = x.shape as Four
    // where few channels are read, reading them anew for each place of a pooling is cheaper than to put its gradient together
    const phases = i < block && g.blocked?.phases && b.isLazy(g.blocked) ? g.blocked.phases : undefined
    const { parts, kernel } = phases ?? { parts: [l.formOf(b, g)], kernel: [1, 1] }
    const [sh, sw] = [stride[0]! * kernel[0], stride[1]! * kernel[1]]
    const y = parts.reduce<Ref | undefined>((sum, part, k) => {
      const [n, , oh, ow] = part.shape as Four
      const top = pads[0]! - Math.floor(k / kernel[1]) * stride[0]!
      const left = pads[1]! - (k % kernel[1]) * stride[1]!
      const below = (oh - 1) * sh + (kh - 1) * dilation[0]! + 1 - h - top
      const right = (ow - 1) * sw + (kw - 1) * dilation[1]! + 1 - w - left
      const cut = [Math.min(top, 0), Math.min(below, 0)] as const
      const images = input(b, swapped(b, x, [cut[0], left, cut[1], right]))
      const weight = b.reshape(asWeight(b, part), [o, n, oh, ow])
      const attrs = { kernel_shape: [oh, ow], pads: [top - cut[0], 0, below - cut[1], 0], strides: dilation, dilations: [sh, sw] }
      return l.convolve(b, { x: images, weight: () => weight, attrs, sum: sum?.blocked }, [i, o, kh, kw])
    }, undefined)
    return b.transpose(y!, [1, 0, 2, 3])
  }

  /** Blocked [n, o, h, w] as [o / b, n / b, h, w, b(n), b(o)]: the weight that has images for channels. */
  function asWeight(b: Builder, x: Ref): Ref {
    const [n, o, h, w] = x.shape as Four
    const [images, channels, places] = [n / block, o / block, h * w]
    const rows = images * block * channels * places
    if (rows < manyRows) return b.transpose(b.reshape(x, [images, block, channels, places, block]), [2, 0, 3, 1, 4])
    // all threads gather rows, where onnxruntime's Transpose copies them with one
    const order = once(b, `rows of ${n} ${o} ${places} as a weight`, () => {
      const at = new Int32Array(rows)
      let next = 0
      for (let c = 0; c < channels; c++)
        for (let i = 0; i < images; i++)
          for (let p = 0; p < places; p++) for (let k = 0; k < block; k++) at[next++] = ((i * block + k) * channels + c) * places + p
      return b.constant('int32', [rows], at)
    })
    return b.node('Gather', [b.reshape(x, [rows, block]), order], { axis: 0 }, { shape: [rows, block], type: 'float32' })
  }

  /** [n, i, h, w] → [i, n, …] with columns and rows added or cut off: [top, left, bottom, right]. */
  function swapped(b: Builder, x: Ref, [top, left, bottom, right]: Four): Ref {
    const [n, i, h, w] = x.shape as Four
    const form = x.blocked
    const [fh, fw] = [h + top + bottom, w + left + right]
    const by = [top, left, bottom, right]
    const turned = (): Ref => once(b, `turned ${x.name}`, () => b.transpose(x, [1, 0, 2, 3]))
    if (by.every(p => p === 0)) return turned()
    if (!form && by.every(p => p <= 0)) {
      const rows = b.reshape(l.formOf(b, turned()), [(n * i) / block, h, w * block]) // once for all who cut it
      const cut = b.slice(rows, [1, 2], [-top, -left * block], [h + bottom, (w + right) * block])
      return l.lazily(b, b.reshape(cut, [i, n, fh, fw]))
    }
    if (!form) return b.transpose(pad(b, x, [n, i, fh, fw], [0, 0, top, left, 0, 0, bottom, right]), [1, 0, 2, 3])
    const rows = b.reshape(form, [(n * i) / block, h, w * block])
    const planes = (n * i) / block
    const zeros = (columns: number): Ref[] => {
      const shape = [planes, h, columns * block]
      return columns > 0 ? [b.node('Expand', [b.f32(0), b.i64(shape)], {}, { shape, type: 'float32' })] : []
    }
    const like = { shape: [planes, fh, fw * block], type: 'float32' } as const
    const wide =
      top || bottom || left < 0 || right < 0
        ? pad(b, rows, like.shape, [0, top, left * block, 0, bottom, right * block])
        : b.node('Concat', [...zeros(left), rows, ...zeros(right)], { axis: 2 }, like) // half the time of Pad
    return b.transpose(l.lazily(b, b.reshape(wide, [n, i, fh, fw])), [1, 0, 2, 3])
  }

  return {
    conv: ([x, w, bias], attrs, b) => {
      if (w.shape.length !== 4) return undefined
      const [o, i] = w.shape as Four
      if (attrs.groups === 1 && flat.worth(places(b.out[0]!), o)) return flat.conv(b, x, w, attrs, bias)
      const deep = attrs.groups > 1 && attrs.groups === o && i === 1
      if (!(attrs.groups === 1 || deep) || !l.fits(o) || !readable(x.shape[1]!)) return undefined
      return l.convolve(b, { ...conv(input(b, x), w, attrs), bias }, b.out[0]!.shape)
    },
    convInput: ([g, w], attrs, b) => {
      if (w.shape.length !== 4) return undefined
      const [o, i] = w.shape as Four
      if (attrs.groups === 1 && flat.worth(places(g), o)) return flat.convInput(b, g, w, attrs)
      const deep = attrs.groups > 1 && attrs.groups === o && i === 1
      if (!(attrs.groups === 1 || deep) || !l.fits(attrs.shape[1]!) || !readable(o)) return undefined
      return convInput(b, g, w, attrs)
    },
    convFilter: ([x, g], attrs, b) => {
      const { shape, groups } = attrs
      if (shape.length === 4 && groups === 1 && flat.worth(places(g), shape[0]!)) return flat.convFilter(b, x, g, attrs)
      if (shape.length !== 4 || groups !== 1 || !l.fits(shape[0]!, g.shape[0]!)) return undefined
      return convFilter(b, x, g, attrs)
    },
  }
}

/** How many windows there are in all images. */
const places = ({ shape: [n, , h, w] }: Ref): number => n! * h! * w!

const pad = (b: Builder, x: Ref, shape: Shape, by: number[]): Ref =>
  by.some(p => p) ? b.node('Pad', [x, b.i64(by)], {}, { shape, type: x.type }) : x
