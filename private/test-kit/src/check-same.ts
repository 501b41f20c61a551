import { compile, type Engine, type Tensor } from '@portolan/core'
import { expect } from 'vitest'
import { close } from '../../../packages/core/src/testing/close.ts'

/** A function under test. */
export type Fn = (...x: Tensor[]) => Tensor | readonly Tensor[]
/** What is compared with eager, by name. */
export type Engines = Readonly<Record<string, Engine>>

export const list = (y: Tensor | readonly Tensor[]): Tensor[] => [y].flat() as Tensor[]

/** Every engine gives what eager gives: shapes, dtypes, numbers. `parts` compute together, as one program. */
export async function checkSame(
  parts: Readonly<Record<string, Fn>>,
  x: readonly Tensor[],
  engines: Engines,
  tolerance = 1e-5,
): Promise<void> {
  const all = (...args: Tensor[]): Record<string, Tensor[]> =>
    Object.fromEntries(Object.entries(parts).map(([name, f]) => [name, list(f(...args))]))
  const expected = all(...x)
  for (const [engine, e] of Object.entries(engines)) {
    const program = compile(all, { engine: e })
    const actual = await program(...x)
    for (const [part, tensors] of Object.entries(expected))
      for (const [i, t] of tensors.entries()) {
        const label = `${part} ${i} on ${engine}:`
        expect([actual[part]![i]!.dtype, ...actual[part]![i]!.shape], label).toEqual([t.dtype, ...t.shape])
        close(await actual[part]![i]!.data(), await t.data(), tolerance, label)
      }
    await program.dispose()
  }
}
