import { range } from '@portolan/core/engine'
import type { Builder, Ref, Rules } from '../builder.ts'
import { interleave } from './interleave.ts'
import { reachedPads } from '../portable/pool.ts'
import { nchwc, type Blocked, type Layout } from './layout.ts'

/** The most places of a window whose gradient is found one place at a time. */
const mostPlaces = 9

export function pool(l: Layout): Rules {
  const { block } = l
  const like = (shape: readonly number[]) => ({ shape, type: 'float32' }) as const

  /**
   * [n, c, oh, ow]: 1 where place number k of a window of x [n, c, h, w] is its maximum y, else 0; windows do not overlap. One
   * convolution of depth 1 with a window of one −1 among zeros, y added: y − xₖ is 0 or more, and of 1 − 3e38·(y − xₖ) the hard
   * sigmoid keeps what is between 0 and 1.
   */
  function hits(b: Builder, x: Ref, y: Ref, k: number, kernel: readonly number[]): Ref {
    // the window ends at the place, unless more of them would fit then
    const at = [Math.floor(k / kernel[1]!), k % kernel[1]!]
    const sides = at.map((p, a) => (Math.floor((x.shape[a + 2]! - p - 1) / kernel[a]!) + 1 === y.shape[a + 2] ? p + 1 : kernel[a]!))
    const [c, length, one] = [y.shape[1]!, sides[0]! * sides[1]!, at[0]! * sides[1]! + at[1]!]
    const window = (): Float32Array =>
      Float32Array.from({ length: c * length }, (_, i) => (Math.floor(i / block) % length === one ? -1 : 0))
    const weight = (): Ref => l.once(b, `${one} of ${sides}, ${c}`, () => b.constant('float32', [c, 1, ...sides], window()))
    const step = { activation: 'HardSigmoid', activation_params: { floats: [-3e38, 1] } }
    const attrs = { kernel_shape: sides, strides: [...kernel], group: c, ...step }
    return l.convolve(b, { x, weight, attrs, sum: y }, y.shape).blocked!
  }

  return {
    // of windows that overlap or are padded only the maxima are found here, not their places
    maxPool: ([x], attrs, b) => {
      const { kernel, stride, dilation } = attrs
      if (!x.blocked || dilation.some(d => d > 1)) return undefined
      const pads = reachedPads(b, x, attrs)
      const apart = kernel.every((k, i) => k === stride[i]) && pads.every(p => p === 0)
      if (!apart && (b.uses(1) || pads.some((p, i) => p >= kernel[i % 2]!))) return undefined
      const { shape } = b.out[0]!
      const node = { kernel_shape: kernel, strides: stride, pads }
      const y: Blocked = { ...b.node('MaxPool', [x.blocked], node, like(shape), nchwc), finite: x.blocked.finite }
      const index = b.lazy(shape, 'int32', name => {
        const wide = b.many('MaxPool', [x], node, [like(shape), { shape, type: 'int64' }])[1]!
        b.define(name, 'Cast', [wide], { to: 6 })
      })
      const plain = l.lazily(b, y)
      return [plain, { ...index, pooled: { x, y: plain } }]
    },
    // each place of the windows in turn takes what is left of the gradient where it is the maximum, so the first has it;
    // an infinite number would make its neighbours no numbers on the way, so such tensors decline
    maxUnpool: ([g, index], { shape, kernel }, b) => {
      const { shape: small } = index
      const [x, y] = [index.pooled?.x.blocked, index.pooled?.y.blocked]
      if (!x?.finite || !y || !b.isLazy(index) || kernel[0]! * kernel[1]! > mostPlaces) return undefined
      const last = kernel[0]! * kernel[1]! - 1
      let rest: Blocked = l.formOf(b, g)
      const parts = range(last + 1).map(k => {
        if (k === last) return rest
        const taken = b.node('Mul', [rest, hits(b, x, y, k, kernel)], {}, like(small))
        rest = b.node('Sub', [rest, taken], {}, like(small))
        return taken
      })
      const sides = kernel as [number, number]
      return l.lazily(b, { ...interleave(b, block, parts, sides, shape), phases: { parts, kernel: sides } })
    },
  }
}
