import { arange, einsum, stack, type Tensor } from '@portolan/core'
import { goldenCases, type Fn, type GoldenCase } from '@portolan/test-kit'

/** What private/golden/functions.json holds: methods and functions that are several ops. */
export const functionCases: GoldenCase[] = goldenCases('functions')

/** `args` follow the other inputs; null stands for one left out. */
export function functionOf({ op, attrs }: GoldenCase): Fn {
  const args = (attrs.args as unknown[]).map(a => a ?? undefined)
  switch (op) {
    case 'arange':
      return () => arange(...(args as Parameters<typeof arange>))
    case 'einsum':
      return (...x) => einsum(args[0] as string, ...x)
    case 'stack':
      return (...x) => stack(x, args[0] as number)
    case 'maxNorm':
      return x => x!.norm(args[0] as number[] | undefined, { ...(args[1] as object), order: Infinity })
    default:
      return (x, ...others) => (x as unknown as Record<string, (...args: unknown[]) => Tensor | Tensor[]>)[op]!(...others, ...args)
  }
}
