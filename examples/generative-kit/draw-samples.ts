import { compile, concat, evaluating, Rng, tensor, type Engine, type Tensor } from '@portolan/core'
import type { Generator } from '@portolan/generative'

/** Samples of a generator whose numbers are in −1 … 1, some at a time. → [n, c, h, w] in 0 … 1 */
export async function drawSamples(
  generator: Generator,
  n: number,
  { seed = 9, engine, label }: { seed?: number; engine?: Engine | undefined; label?: Int32Array } = {},
): Promise<Tensor> {
  const rng = new Rng(seed)
  const run = compile((z: Tensor, ...classes: Tensor[]) => generator.forward(z, ...classes).add(1).mul(0.5), { engine }) // prettier-ignore
  const parts: Tensor[] = []
  try {
    for (let from = 0; from < n; from += 250) {
      const count = Math.min(250, n - from)
      const classes = label ? [tensor(label.slice(from, from + count))] : []
      const part = await evaluating(generator, () => run(rng.normal([count, generator.latents]), ...classes))
      parts.push(tensor(await part.data(), part.shape))
    }
  } finally {
    await run.dispose()
  }
  return concat(parts)
}
