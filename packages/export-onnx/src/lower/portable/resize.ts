import { axisOptions, interpolation, interpolationMatrix, type Resize, size as count, type ResizeAttrs } from '@portolan/core/engine'
import type { Builder, Ref } from '../builder.ts'
import type { Lowerings } from './lowering.ts'

/** Whether onnxruntime's own Resize computes it: 'nearest' for whole factors only, where it rounds rightly, 'cubic' for images only. */
const isOwn = (image: readonly number[], { mode, size, scale }: ResizeAttrs): boolean => {
  const whole = size.every((m, i) => m % image[i]! === 0)
  return (
    (mode === 'linear' || (mode === 'nearest' && whole) || (mode === 'cubic' && image.length === 2)) &&
    (!scale || scale.every((s, i) => s * image[i]! === size[i]))
  )
}

function own(b: Builder, x: Ref, { mode, alignCorners }: ResizeAttrs): Ref {
  const coordinates = mode === 'nearest' ? 'asymmetric' : alignCorners ? 'align_corners' : 'half_pixel'
  const none: Ref = { name: '', shape: [], type: 'float32' }
  return b.node('Resize', [x, none, none, b.i64(b.out[0]!.shape)], {
    mode: mode as string,
    coordinate_transformation_mode: coordinates,
    ...(mode === 'nearest' && { nearest_mode: 'floor' }),
    ...(mode === 'cubic' && { cubic_coeff_a: { float: -0.75 } }),
  })
}

/** One axis: a choice of numbers, or a matrix of weights. */
function axis(b: Builder, x: Ref, i: number, m: number, attrs: ResizeAttrs): Ref {
  const [n, options, at] = [x.shape[i + 2]!, axisOptions(attrs, i), i + 2]
  const shape = x.shape.with(at, m)
  if (attrs.mode === 'nearest' || attrs.mode === 'nearestExact')
    return b.node('Gather', [x, b.i64(interpolation(n, m, options).map(([tap]) => tap![0]))], { axis: at }, { shape })
  const matrix = b.constant('float32', [m, n], interpolationMatrix(n, m, options))
  const [before, after] = [count(x.shape.slice(0, at)), count(x.shape.slice(at + 1))]
  if (after === 1) return b.reshape(b.node('Gemm', [b.reshape(x, [before, n]), matrix], { transB: 1 }, { shape: [before, m] }), shape)
  return b.reshape(b.node('MatMul', [matrix, b.reshape(x, [before, n, after])], {}, { shape: [before, m, after] }), shape)
}

export const resize: Lowerings<Resize> = {
  resize: ([x], attrs, b) =>
    isOwn(x.shape.slice(2), attrs) ? own(b, x, attrs) : attrs.size.reduce((y, m, i) => axis(b, y, i, m, attrs), x),
}
