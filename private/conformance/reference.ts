import type { ConvAttrs } from '@portolan/core/engine'

// Convolution and pooling by their definitions, in float64, to compare with.

type Window = Omit<ConvAttrs, 'groups'>
type Numbers = ArrayLike<number>
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

function places(shape: readonly number[]): number[][] {
  return Array.from({ length: size(shape) }, (_, flat) => {
    const place = shape.map(() => 0)
    for (let i = shape.length - 1; i >= 0; i--) {
      place[i] = flat % shape[i]!
      flat = Math.floor(flat / shape[i]!)
    }
    return place
  })
}

export const outputSides = (image: readonly number[], kernel: readonly number[], { stride, pads, dilation }: Window): number[] =>
  image.map((d, i) => Math.floor((d + pads[i]! + pads[i + image.length]! - dilation[i]! * (kernel[i]! - 1) - 1) / stride[i]!) + 1)

/** For each place of the output the places of the kernel that lie on the image, as [flat kernel place, flat image place]. */
function taps(image: readonly number[], kernel: readonly number[], window: Window): [number, number][][] {
  const inKernel = places(kernel)
  return places(outputSides(image, kernel, window)).map(o =>
    inKernel.flatMap((k, flat): [number, number][] => {
      const at = o.map((v, i) => v * window.stride[i]! - window.pads[i]! + k[i]! * window.dilation[i]!)
      return at.every((v, i) => v >= 0 && v < image[i]!) ? [[flat, at.reduce((s, v, i) => s * image[i]! + v, 0)]] : []
    }),
  )
}

/** y = conv(x, w), and the gradients of Σ y·g for x and w. x [n, c, ...image], w [o, c / groups, ...kernel] */
export function convolve(
  x: Numbers,
  xShape: readonly number[],
  w: Numbers,
  wShape: readonly number[],
  g: Numbers,
  attrs: ConvAttrs,
): { y: number[]; dx: number[]; dw: number[] } {
  const [n, c, ...image] = xShape as [number, number, ...number[]]
  const [o, part, ...kernel] = wShape as [number, number, ...number[]]
  const all = taps(image, kernel, attrs)
  const [y, dx, dw] = [n * o * all.length, n * c * size(image), size(wShape)].map(l => Array<number>(l).fill(0)) as [
    number[],
    number[],
    number[],
  ]
  for (let b = 0; b < n; b++)
    for (let j = 0; j < o; j++)
      for (let p = 0; p < part; p++) {
        const channel = Math.floor(j / (o / attrs.groups)) * part + p
        all.forEach((list, at) => {
          const out = (b * o + j) * all.length + at
          for (const [k, i] of list) {
            const [ki, xi] = [(j * part + p) * size(kernel) + k, (b * c + channel) * size(image) + i]
            y[out]! += w[ki]! * x[xi]!
            dx[xi]! += w[ki]! * g[out]!
            dw[ki]! += x[xi]! * g[out]!
          }
        })
      }
  return { y, dx, dw }
}

/** y = maxPool(x) and the gradient of Σ y·g for x, where the first of several equal maxima has it all. */
export function maxima(
  x: Numbers,
  xShape: readonly number[],
  g: Numbers,
  kernel: readonly number[],
  window: Window,
): { y: number[]; dx: number[] } {
  const [n, c, ...image] = xShape as [number, number, ...number[]]
  const all = taps(image, kernel, window)
  const y: number[] = []
  const dx = Array<number>(x.length).fill(0)
  for (let plane = 0; plane < n * c; plane++)
    for (const list of all) {
      const first = list.map(([, i]) => plane * size(image) + i).reduce((best, i) => (x[i]! > x[best]! ? i : best))
      dx[first]! += g[y.length]!
      y.push(x[first]!)
    }
  return { y, dx }
}
