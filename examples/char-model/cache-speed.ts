// How much time a token takes at the end of 256, with what was kept of those before and without, and whether the texts are the same.
import { Command } from 'commander'
import { HostRng, runner, seed } from '@portolan/core'
import { exportOnnx, OnnxModel } from '@portolan/export-onnx'
import { CachedStep, generate, GPT2, oneByOne, wholeSequences, type NextTokens } from '@portolan/nlp'
import { positive } from '../shared/command.ts'

const { dim, layers, length, threads, last } = new Command('node examples/char-model/cache-speed.ts')
  .description('Times generation by exported files of a GPT-2 of characters, with a cache and without.')
  .option('--dim <n>', 'channels', positive, 128)
  .option('--layers <n>', 'layers', positive, 4)
  .option('--length <n>', 'how many tokens it sees', positive, 256)
  .option('--last <n>', 'how many of them, the last ones, are timed', positive, 16)
  .option('--threads <n>', 'threads that compute one op', positive, 1)
  .parse()
  .opts<Record<'dim' | 'layers' | 'length' | 'threads' | 'last', number>>()

seed(1)
const model = new GPT2({ vocabSize: 65, context: length, dim, layers, heads: 4, dropout: 0 }).eval()
model.wte.weight.value = model.wte.weight.value.mul(10) // scores that lie apart
const step = new CachedStep(model)
const cached = await OnnxModel.load(await exportOnnx(step, step.ports()), { threads })
const whole = await OnnxModel.load(await exportOnnx(model, { ids: { shape: [1, length], dtype: 'int32' } }), { threads })

const rng = new HostRng(1)
const prompt = Array.from({ length: length - last }, () => rng.integer(65))
async function time(next: NextTokens): Promise<{ tokens: number[]; ms: number }> {
  const tokens: number[] = []
  let begun = 0
  for await (const token of generate(next, prompt, { maxTokens: last, temperature: 0 })) {
    tokens.push(token)
    if (tokens.length === 1) begun = performance.now() // the first token reads the whole prompt
  }
  return { tokens, ms: (performance.now() - begun) / (tokens.length - 1) }
}
const kept = await time(oneByOne(cached, model))
const anew = await time(wholeSequences(whole, { length }))
const eager = await time(wholeSequences(runner(model), { length }))
const same = [kept, anew].every(run => run.tokens.join() === eager.tokens.join())
console.log(`GPT-2 of ${layers} layers and ${dim} channels, tokens ${length - last + 1} … ${length}, ${threads} thread(s):`)
console.log(
  `${kept.ms.toFixed(2)} ms a token with a cache, ${anew.ms.toFixed(2)} ms without: ${(anew.ms / kept.ms).toFixed(1)} times faster`,
)
console.log(`The tokens are ${same ? 'those' : 'NOT those'} of the eager model.`)
await Promise.all([cached.dispose(), whole.dispose()])
