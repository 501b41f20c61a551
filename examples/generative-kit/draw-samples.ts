import { compile, concat, evaluating, tensor, type Engine, type Tensor } from '@portolan/core'
import type { Generator } from '@portolan/generative'

/** What a generator whose numbers are in −1 … 1 makes of noise [n, latents], some at a time. label: n classes → [n, c, h, w] in 0 … 1 */
export async function drawSamples(
  generator: Generator,
  noise: Tensor,
  { engine, label }: { engine?: Engine | undefined; label?: Int32Array } = {},
): Promise<Tensor> {
  const n = noise.shape[0]!
  const run = compile((z: Tensor, ...classes: Tensor[]) => generator.forward(z, ...classes).add(1).mul(0.5), { engine }) // prettier-ignore
  const parts: Tensor[] = []
  try {
    for (let from = 0; from < n; from += 250) {
      const to = Math.min(n, from + 250)
      const classes = label ? [tensor(label.slice(from, to))] : []
      const part = await evaluating(generator, () => run(noise.slice(0, from, to), ...classes))
      parts.push(tensor(await part.data(), part.shape))
    }
  } finally {
    await run.dispose()
  }
  return concat(parts)
}
