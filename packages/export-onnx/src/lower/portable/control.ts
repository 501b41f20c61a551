import type { Control, Value } from '@portolan/core/engine'
import { elements, type Ref } from '../builder.ts'
import type { Lowerings } from './lowering.ts'

export const control: Lowerings<Control> = {
  scan: (x, { body, carries, xs, reverse }, b) => {
    x.forEach(r => b.force(r))
    const inner = b.child()
    // a form in another layout may not be written yet, and cannot be from inside
    const plain = ({ name, shape, type }: Ref): Ref => ({ name, shape, type })
    const constants = new Map<Value, Ref>(body.inputs.slice(carries + xs).map((v, i) => [v, plain(x[carries + xs + i]!)]))
    const graph = { ...inner.graph(body, constants, 'body'), initializers: [] }
    const ys = body.outputs.length - carries
    return b.many(
      'Scan',
      x.slice(0, carries + xs),
      {
        body: { graph },
        num_scan_inputs: xs,
        ...(reverse && { scan_input_directions: Array<number>(xs).fill(1) }),
        ...(reverse && ys && { scan_output_directions: Array<number>(ys).fill(1) }),
      },
      b.out,
    )
  },
  // a shape that is known only once `after` is, though it is always the same
  barrier: ([x, after], _, b) => {
    if (!x.shape.length) return x
    const one = b.slice(b.reshape(after, [elements(after)]), [0], [0], [1])
    const zero = b.node('Mul', [b.cast(one, 'int64'), b.i64([0])], {}, { shape: [1], type: 'int64' })
    const shape = b.node('Add', [b.i64(x.shape), zero], {}, { shape: [x.shape.length], type: 'int64' })
    return b.node('Reshape', [x, shape])
  },
  stopGradient: ([x]) => x,
  custom: ([y]) => y!,
}
