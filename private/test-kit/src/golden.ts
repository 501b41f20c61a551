import { grad, type Tensor } from '@portolan/core'
import { expect } from 'vitest'
import { compile } from '@portolan/core'
import { list, type Engines } from './check-same.ts'
import { close } from '../../../packages/core/src/testing/close.ts'
import { goldenTensor, readGolden, type GoldenCase } from '../../../packages/core/src/testing/golden.ts'

export const goldenCases = (name: string): GoldenCase[] => (readGolden(name) as { cases: GoldenCase[] }).cases

/**
 * A function gives a case's outputs and gradients, eagerly and on every engine. It is handed the case's inputs, undefined
 * for one left out. Outputs that it gives beyond those of the case are not looked at.
 */
export async function checkGolden(
  c: GoldenCase,
  f: (...x: (Tensor | undefined)[]) => Tensor | readonly Tensor[],
  { engines, tolerance = 1e-5 }: { engines: Engines; tolerance?: number },
): Promise<void> {
  const given = c.inputs.flatMap((t, i) => (t ? [i] : []))
  const wanted = c.grads.flatMap((t, i) => (t ? [i] : []))
  const weights = c.weights.map(w => (w ? goldenTensor(w) : undefined))
  const spread = (args: readonly Tensor[]): (Tensor | undefined)[] => c.inputs.map((_, i) => args[given.indexOf(i)])
  const outputs = (...args: Tensor[]): Tensor[] => list(f(...spread(args))).slice(0, c.outputs.length)
  const all = (...args: Tensor[]): { outputs: Tensor[]; grads: Tensor[] } => ({
    outputs: outputs(...args),
    grads: wanted.length
      ? grad((...v) =>
          outputs(...given.map((i, k) => (wanted.includes(i) ? v[wanted.indexOf(i)]! : args[k]!)))
            .flatMap((t, i) => (weights[i] ? [t.mul(weights[i]).sum()] : []))
            .reduce((a, b) => a.add(b)),
        )(...wanted.map(i => args[given.indexOf(i)]!))
      : [],
  })
  const x = given.map(i => goldenTensor(c.inputs[i]!))
  const expected = [...c.outputs, ...wanted.map(i => c.grads[i]!)]
  const labels = [...c.outputs.map((_, i) => `output ${i}`), ...wanted.map(i => `gradient of input ${i}`)]
  for (const [name, run] of [
    ['eager', async () => all(...x)],
    ...Object.entries(engines).map(([name, engine]) => [name, () => compile(all, { engine })(...x)]),
  ] as [string, () => Promise<ReturnType<typeof all>>][]) {
    const result = await run()
    for (const [i, t] of [...result.outputs, ...result.grads].entries()) {
      const label = `${c.name}, ${labels[i]} on ${name}:`
      expect([t.dtype, ...t.shape], label).toEqual([expected[i]!.dtype, ...expected[i]!.shape])
      close(await t.data(), expected[i]!.data.map(Number), tolerance, label)
    }
  }
}
