import * as portolan from '@portolan/core'
import type { Tensor } from '@portolan/core'
import type { GoldenCase } from '@portolan/test-kit'

type Args = readonly (Tensor | undefined)[]
type Options = Record<string, unknown>
type Subject = (x: Args, options: Options) => Tensor | readonly Tensor[]
/** A function called by name, with whatever a file says. */
const call = (op: string, ...args: unknown[]): never => (portolan as unknown as Record<string, (...args: unknown[]) => never>)[op]!(...args)

const convolution =
  (op: string): Subject =>
  ([x, w, bias], options) =>
    call(op, x, w, { ...options, bias })
const pooling =
  (op: string): Subject =>
  ([x], { kernel, ...options }) =>
    call(op, x, kernel, options)
/** What was pooled, put back where it was. */
const unpooling =
  (op: string): Subject =>
  ([x], { kernel, size, ...options }) => {
    const { values, indices } = maxPoolWithIndices(x!, kernel as number, options)
    return call(op, values, indices, kernel, { ...options, ...(size !== undefined && { size }) })
  }
const { batchNorm, groupNorm, instanceNorm, layerNorm, maxPoolWithIndices, nonMaxSuppression, rmsNorm, roiAlign } = portolan

const table: Record<string, Subject> = {
  ...Object.fromEntries(
    ['conv1d', 'conv2d', 'conv3d', 'convTranspose1d', 'convTranspose2d', 'convTranspose3d'].map(op => [op, convolution(op)]),
  ),
  ...Object.fromEntries(['maxPool1d', 'maxPool2d', 'maxPool3d', 'avgPool1d', 'avgPool2d', 'avgPool3d'].map(op => [op, pooling(op)])),
  ...Object.fromEntries(
    ['adaptiveAvgPool', 'adaptiveMaxPool'].map(op => [op, ([x], { size }) => call(op, x, size)] satisfies [string, Subject]),
  ),
  ...Object.fromEntries(['globalAvgPool', 'globalMaxPool'].map(op => [op, ([x]) => call(op, x)] satisfies [string, Subject])),
  maxPoolWithIndices: ([x], { kernel, ...options }) => {
    const { values, indices } = maxPoolWithIndices(x!, kernel as number, options)
    return [values, indices]
  },
  ...Object.fromEntries(['maxUnpool1d', 'maxUnpool2d', 'maxUnpool3d'].map(op => [op, unpooling(op)])),
  layerNorm: ([x, w, b], { epsilon }) =>
    w!.shape.length === 1 ? x!.ops('layerNorm', [w!, b!], { epsilon: epsilon as number }) : layerNorm(x!, w!, b!, epsilon as number),
  rmsNorm: ([x, w], { epsilon }) => rmsNorm(x!, w!, epsilon as number),
  groupNorm: ([x, weight, bias], { groups, ...options }) => groupNorm(x!, groups as number, { ...options, weight, bias }),
  instanceNorm: ([x, weight, bias], options) => instanceNorm(x!, { ...options, weight, bias }),
  batchNorm: ([x, weight, bias, mean, variance], options) => {
    const by = batchNorm(x!, { ...options, weight, bias, ...(mean && variance && { statistics: { mean, variance } }) })
    return [by.y, by.mean, by.variance]
  },
  resize: ([x], options) => call('resize', x, options),
  gridSample: ([x, grid], options) => call('gridSample', x, grid, options),
  roiAlign: ([x, boxes, image], options) => roiAlign(x!, boxes!, { ...(options as { size: number; samples: number }), image: image! }),
  nonMaxSuppression: ([boxes, scores, classes], options) => {
    const { indices, count } = nonMaxSuppression(boxes!, scores!, { ...(options as { maxOutput: number }), ...(classes && { classes }) })
    return [indices, count]
  },
}

/** What a case is of the functions over windows, channels and boxes, if it is of one of them. */
export function windowFunction({ op, attrs }: GoldenCase): ((...x: (Tensor | undefined)[]) => Tensor | readonly Tensor[]) | undefined {
  const f = table[op]
  return f && ((...x) => f(x, { ...attrs }))
}
