import type { Detection } from '@portolan/core/engine'
import type { Lowerings } from './lowering.ts'

export const detection: Lowerings<Detection> = {
  roiAlign: ([x, boxes, image], { size, scale, samples, aligned }, b) =>
    b.node('RoiAlign', [x, boxes, b.cast(image, 'int64')], {
      output_height: size[0]!,
      output_width: size[1]!,
      sampling_ratio: samples,
      spatial_scale: { float: scale },
      coordinate_transformation_mode: aligned ? 'half_pixel' : 'output_half_pixel',
    }),
  // how many boxes are chosen is known only then: zeros fill up
  nonMaxSuppression: ([boxes, scores], { maxOutput, iouThreshold, scoreThreshold }, b) => {
    const n = boxes.shape[0]!
    const limits = [
      b.i64([maxOutput]),
      b.constant('float32', [1], Float32Array.of(iouThreshold)),
      b.constant('float32', [1], Float32Array.of(scoreThreshold)),
    ]
    const open = { shape: [-1], type: 'int64' as const }
    const one = { shape: [1], type: 'int64' as const }
    const chosen = b.node(
      'NonMaxSuppression',
      [b.reshape(boxes, [1, n, 4]), b.reshape(scores, [1, 1, n]), ...limits],
      {},
      { shape: [-1, 3], type: 'int64' },
    )
    const places = b.node(
      'Reshape',
      [b.node('Slice', [chosen, b.i64([2]), b.i64([3]), b.i64([1])], {}, { shape: [-1, 1], type: 'int64' }), b.i64([-1])],
      {},
      open,
    )
    const count = b.node('Shape', [places], {}, one)
    const pads = b.node(
      'Concat',
      [b.i64([0]), b.node('Sub', [b.i64([maxOutput]), count], {}, one)],
      { axis: 0 },
      { shape: [2], type: 'int64' },
    )
    const all = b.node('Pad', [places, pads], {}, { shape: [maxOutput], type: 'int64' })
    return [b.cast(b.reshape(all, [maxOutput]), 'int32'), b.cast(b.reshape(count, []), 'int32')]
  },
}
