import { range } from '@portolan/core/engine'
import type { ConvAttrs } from '@portolan/core/engine'
import type { Attribute } from '../model/onnx-model.ts'
import type { Builder, Ref } from './builder.ts'
import { sumOfRows } from './sum-of-rows.ts'

export const window = ({ stride, pads, dilation }: Omit<ConvAttrs, 'groups'>, kernel: readonly number[]): Record<string, Attribute> => ({
  kernel_shape: [...kernel],
  strides: stride,
  pads,
  ...(dilation.some(d => d !== 1) && { dilations: dilation }),
})

export const conv = (x: readonly Ref[], attrs: ConvAttrs, b: Builder): Ref =>
  b.node('Conv', x, { ...window(attrs, x[1]!.shape.slice(2)), group: attrs.groups })

export function convInput([g, w]: [Ref, Ref], { shape, ...attrs }: ConvAttrs & { shape: number[] }, b: Builder): Ref {
  const kernel = w.shape.slice(2)
  const { stride, pads, dilation, groups } = attrs
  // what no window of the forward pass reached
  const rest = kernel.map(
    (k, i) => shape[i + 2]! - ((g.shape[i + 2]! - 1) * stride[i]! + dilation[i]! * (k - 1) + 1 - pads[i]! - pads[i + kernel.length]!),
  )
  return b.node('ConvTranspose', [g, w], { ...window(attrs, kernel), group: groups, ...(rest.some(r => r) && { output_padding: rest }) })
}

export function convFilter([x, g]: [Ref, Ref], { shape, ...attrs }: ConvAttrs & { shape: number[] }, b: Builder): Ref {
  if (x.shape[0] === 0) return b.node('Expand', [b.f32(0), b.i64(shape)]) // onnxruntime's Conv of no channels may never end
  return shape.length === 4 && attrs.groups === 1 ? byColumns(b, x, g, shape as Four, attrs) : bySwap(b, x, g, shape, attrs)
}

type Four = [number, number, number, number]

/** dW = Σₙ gₙ · columns(xₙ)ᵀ, where the columns are what each place of the window sees. */
function byColumns(b: Builder, x: Ref, g: Ref, [o, i, kh, kw]: Four, { stride, pads, dilation }: ConvAttrs): Ref {
  const [t, l, bottom, r] = pads as Four
  const [n, , oh, ow] = g.shape as Four
  const padded = pads.some(p => p)
    ? b.node('Pad', [x, b.i64([0, 0, t, l, 0, 0, bottom, r])], {}, { shape: [n, i, x.shape[2]! + t + bottom, x.shape[3]! + l + r] })
    : x
  const end = (from: number, a: number) => from + ([oh, ow][a]! - 1) * stride[a]! + 1
  const tap = (p: number, q: number) => {
    const from = [p * dilation[0]!, q * dilation[1]!]
    return b.slice(padded, [2, 3], from, from.map(end), stride)
  }
  const taps = range(kh).flatMap(p => range(kw).map(q => tap(p, q)))
  const all = taps.length === 1 ? taps[0]! : b.node('Concat', taps, { axis: 1 }, { shape: [n, kh * kw * i, oh, ow] })
  const columns = b.reshape(all, [n, kh * kw * i, oh * ow])
  const products = b.node('MatMul', [b.reshape(g, [n, o, oh * ow]), b.transpose(columns, [0, 2, 1])], {}, { shape: [n, o, kh * kw * i] })
  const sum = sumOfRows(b, products, 1) ?? b.node('ReduceSum', [products, b.i64([0])], { keepdims: 0 }, { shape: [o, kh * kw * i] })
  return b.transpose(b.reshape(sum, [o, kh, kw, i]), [0, 3, 1, 2])
}

/** Any number of axes and groups: a convolution of x with g in which batch and channels change places, and so do stride and dilation. */
function bySwap(b: Builder, x: Ref, g: Ref, shape: readonly number[], { stride, pads, dilation, groups }: ConvAttrs): Ref {
  const [o, i, ...kernel] = shape as [number, number, ...number[]]
  const n = x.shape[0]!
  const far = range(kernel.length).map(a => a + 2)
  // [n, groups·i, …] → [i, groups·n, …]
  const inner =
    groups === 1
      ? b.transpose(x, [1, 0, ...far])
      : b.reshape(b.transpose(b.reshape(x, [n, groups, i, ...x.shape.slice(2)]), [2, 1, 0, ...far.map(a => a + 1)]), [
          i,
          groups * n,
          ...x.shape.slice(2),
        ])
  const window = {
    kernel_shape: g.shape.slice(2),
    pads,
    strides: dilation,
    ...(stride.some(s => s !== 1) && { dilations: stride }),
    group: groups,
  }
  const long = kernel.map(
    (_, a) =>
      Math.floor((x.shape[a + 2]! + pads[a]! + pads[a + kernel.length]! - stride[a]! * (g.shape[a + 2]! - 1) - 1) / dilation[a]!) + 1,
  )
  const y = b.node('Conv', [inner, b.transpose(g, [1, 0, ...far])], window, { shape: [i, o, ...long] })
  return b.transpose(
    b.slice(
      y,
      far,
      far.map(() => 0),
      kernel,
    ),
    [1, 0, ...far],
  )
}
