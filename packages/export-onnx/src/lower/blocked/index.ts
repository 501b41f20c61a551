import type { Rules } from '../builder.ts'
import { convolution } from './convolution.ts'
import { elementwise } from './elementwise.ts'
import { layout } from './layout.ts'
import { norm } from './norm.ts'
import { pool } from './pool.ts'

/**
 * onnxruntime's blocked layout for convolutions on CPU (domain com.microsoft.nchwc), for the block of channels that the
 * processor has. A `Ref` may have a blocked form; its plain form is then made only if somebody asks. A rule that does not apply declines.
 */
export function blocked(block: number): Rules {
  const l = layout(block)
  return { ...convolution(l), ...elementwise(l), ...pool(l), ...norm(l) }
}
