import {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  grad,
  scan,
  type ConvFunctionOptions,
  type ConvTransposeFunctionOptions,
  type Spatial,
  type Tensor,
} from '@portolan/core'
import { noise, type Fn } from '@portolan/test-kit'
import type { FamilyCase, FamilyCases } from './family-cases.ts'

const convs = { 1: conv1d, 2: conv2d, 3: conv3d } as Record<Spatial, (x: Tensor, w: Tensor, options: object) => Tensor>
const transposes = { 1: convTranspose1d, 2: convTranspose2d, 3: convTranspose3d } as Record<
  Spatial,
  (x: Tensor, w: Tensor, options: object) => Tensor
>
const dims: Spatial[] = [1, 2, 3]
const images: Record<Spatial, number[]> = { 1: [5], 2: [4, 3], 3: [3, 2, 2] }
const kernels: Record<Spatial, number[]> = { 1: [2], 2: [2, 2], 3: [2, 1, 2] }

/** Channels, and what the function is told. */
const windows: Record<string, [c: number, o: number, options: (n: Spatial) => ConvFunctionOptions<Spatial>]> = {
  '': [2, 1, () => ({})],
  'stride 2': [1, 2, () => ({ stride: 2 })],
  'dilation 2': [1, 1, () => ({ dilation: 2, padding: 1 })],
  groups: [2, 2, () => ({ groups: 2 })],
  'stride, dilation and padding': [1, 1, () => ({ stride: 2, dilation: 2, padding: 2 })],
  same: [1, 2, () => ({ padding: 'same' })],
  'same, stride 2': [1, 1, () => ({ padding: 'same', stride: 2 })],
  'each end by itself': [1, 1, n => ({ padding: [0, 1, 2].slice(0, n).concat([1, 0, 1].slice(0, n)) as unknown as 0 })],
  reflect: [1, 1, () => ({ padding: 1, paddingMode: 'reflect' })],
  edge: [1, 1, () => ({ padding: 2, paddingMode: 'edge', stride: 2 })],
  wrap: [1, 1, () => ({ padding: 1, paddingMode: 'wrap' })],
}
const transposed: Record<string, [c: number, o: number, options: ConvTransposeFunctionOptions<Spatial>]> = {
  '': [2, 1, {}],
  'stride 2': [1, 1, { stride: 2 }],
  'stride 2, padding, output padding': [1, 1, { stride: 2, padding: 1, outputPadding: 1 }],
  'output padding beyond the padding': [1, 1, { stride: 2, outputPadding: 1 }],
  'dilation 2': [1, 2, { dilation: 2 }],
  groups: [2, 2, { groups: 2, stride: 2 }],
}

const each = (n: Spatial): FamilyCases => ({
  ...Object.fromEntries(
    Object.entries(windows).map(([name, [c, o, options]]): [string, FamilyCase] => {
      const all = options(n)
      const f: Fn = (x, w, bias) => convs[n](x!, w!, { ...all, bias })
      return [
        `conv${n}d${name && '/'}${name}`,
        { f, x: [noise([1, c, ...images[n]]), noise([o, c / (all.groups ?? 1), ...kernels[n]]), noise([o])] },
      ]
    }),
  ),
  ...Object.fromEntries(
    Object.entries(transposed).map(([name, [c, o, options]]): [string, FamilyCase] => {
      const f: Fn = (x, w, bias) => transposes[n](x!, w!, { ...options, bias })
      const image = images[n].map((d, i) => (i ? 2 : Math.min(3, d)))
      return [
        `convTranspose${n}d${name && '/'}${name}`,
        { f, x: [noise([1, c, ...image]), noise([c, o / (options.groups ?? 1), ...kernels[n]]), noise([o])] },
      ]
    }),
  ),
  [`conv${n}d/size 1`]: {
    f: (x, w) => convs[n](x!, w!, {}),
    x: [noise([1, 1, ...images[n].map(() => 1)]), noise([1, 1, ...images[n].map(() => 1)])],
  },
  [`conv${n}d/no batch`]: { f: (x, w) => convs[n](x!, w!, { padding: 1 }), x: [noise([0, 1, ...images[n]]), noise([1, 1, ...kernels[n]])] },
  [`convTranspose${n}d/no batch`]: {
    f: (x, w) => transposes[n](x!, w!, { stride: 2 }),
    x: [noise([0, 1, ...images[n]]), noise([1, 1, ...kernels[n]])],
  },
})

/** y and the gradients of Σ y² / images for all inputs, which are too many numbers to move one by one. */
export const withGradients =
  (f: (...x: Tensor[]) => Tensor): Fn =>
  (...x) => [
    f(...x),
    ...grad((...x) =>
      f(...x)
        .square()
        .sum()
        .div(x[0]!.shape[0] || 1),
    )(...x),
  ]

/** In a loop, whose gradient is a loop: a rule may not lean on tensors from outside. h: [...image], x: [steps, ...image] */
export const inLoop = (f: (x: Tensor) => Tensor, h: Tensor, x: Tensor): FamilyCase => ({
  f: (h, x) =>
    scan(
      (h, v) => {
        const y = f(h.add(v))
        return [h.add(v), y]
      },
      h!,
      x!,
    ),
  x: [h, x],
  once: 'the gradient of a loop is a loop, which has cases of its own',
})

/** Channels and images in whole blocks, for the layout that onnxruntime has for them. */
const blocks: Record<string, [c: number, o: number, image: number[], kernel: number[], options: ConvFunctionOptions<2>]> = {
  '': [16, 16, [4, 3], [3, 3], { padding: 1 }],
  'no padding, kernel 2': [16, 32, [3, 4], [2, 2], {}],
  'stride 2': [16, 16, [5, 4], [3, 3], { padding: 1, stride: 2 }],
  same: [16, 16, [3, 3], [2, 2], { padding: 'same' }],
  'three channels': [3, 16, [4, 4], [3, 3], { padding: 1 }],
  'one pixel': [16, 16, [1, 1], [1, 1], {}],
  groups: [32, 32, [3, 3], [3, 3], { padding: 1, groups: 2 }],
  depthwise: [16, 16, [4, 3], [3, 3], { padding: 1, groups: 16 }],
  'dilation 2': [16, 16, [5, 5], [3, 3], { padding: 2, dilation: 2 }],
  reflect: [16, 16, [3, 4], [3, 3], { padding: 1, paddingMode: 'reflect' }],
  'each end by itself': [16, 16, [3, 3], [2, 3], { padding: [1, 0, 0, 2] }],
}

export const convCases: FamilyCases = {
  ...Object.assign({}, ...dims.map(each)),
  ...Object.fromEntries(
    Object.entries(blocks).map(([name, [c, o, image, kernel, options]]): [string, FamilyCase] => [
      `conv2d/16 images, whole blocks of channels${name && ', '}${name}`,
      {
        f: withGradients((x, w, bias) => conv2d(x!, w!, { ...options, bias: bias! })),
        x: [noise([16, c, ...image]), noise([o, c / (options.groups ?? 1), ...kernel], { scale: 0.2 }), noise([o])],
        forward: true,
      },
    ]),
  ),
  'conv2d/in a loop': inLoop(x => conv2d(x, x.slice(0, 0, 1), { padding: 1 }), noise([1, 1, 2, 2]), noise([2, 1, 1, 2, 2])),
  'conv2d/two in a row, whole blocks': {
    f: withGradients((x, v, w) => conv2d(conv2d(x!, v!, { padding: 1 }).relu(), w!, { padding: 1, stride: 2 })),
    x: [noise([16, 16, 4, 4]), noise([16, 16, 3, 3], { scale: 0.2 }), noise([32, 16, 3, 3], { scale: 0.2 })],
    forward: true,
  },
  'convTranspose2d/16 images, whole blocks of channels': {
    f: withGradients((x, w, bias) => convTranspose2d(x!, w!, { padding: 1, bias: bias! })),
    x: [noise([16, 16, 3, 4]), noise([16, 16, 3, 3], { scale: 0.2 }), noise([16])],
    forward: true,
  },
  'convTranspose2d/16 images, whole blocks of channels, stride 2': {
    f: withGradients((x, w) => convTranspose2d(x!, w!, { stride: 2, padding: 1, outputPadding: 1 })),
    x: [noise([16, 16, 3, 2]), noise([16, 32, 3, 3], { scale: 0.2 })],
    forward: true,
  },
}
