import type { Conv } from '@portolan/core/engine'
import type { Ref } from '../builder.ts'
import { conv, convFilter, convInput } from '../conv.ts'
import type { Lowerings } from './lowering.ts'

export const convolution: Lowerings<Conv> = {
  conv: (x, attrs, b) => conv(x as Ref[], attrs, b),
  convInput,
  convFilter,
}
