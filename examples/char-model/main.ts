// Trains a language model of characters, exports one step of it with what it keeps of the text, and writes with the file.
import { join } from 'node:path'
import { Option } from 'commander'
import { adamW, crossEntropy, runner, seed, supervised, Trainer, warmupCosine } from '@portolan/core'
import { curves } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { loader, nextTokenWindows, type Sampler } from '@portolan/data'
import { tinyShakespeare } from '@portolan/data/node'
import { exportOnnx, OnnxModel } from '@portolan/export-onnx'
import { CachedStep, characterTokenizer, generate, GPT2, LSTMLanguageModel, oneByOne, wholeSequences, type NextTokens } from '@portolan/nlp'
import { saveTokenizer } from '@portolan/nlp/node'
import { command, engineOf, positive, prepare, report, type CommonOptions } from '../shared/command.ts'
import { KeepBest } from '../shared/keep-best.ts'
import { nonsense } from './nonsense.ts'

const kinds = ['gpt', 'lstm'] as const
const options = command(
  'char-model',
  'Trains a language model of characters and writes with it, from an exported step.',
  ['nonsense', 'tinyshakespeare'],
  32,
)
  .addOption(new Option('--model <kind>', 'which network').choices(kinds).default('gpt'))
  .option('--context <n>', 'characters that it sees (default: nonsense 64, else 128)', positive)
  .option('--dim <n>', 'channels (default: nonsense 32, else 128; the LSTM has twice as many)', positive)
  .option('--layers <n>', 'layers (default: GPT 2 or 4, LSTM 2)', positive)
  .option('--steps <n>', 'steps in an epoch', positive, 200)
  .option('--rate <r>', 'learning rate', Number, 3e-3)
  .option('--dropout <p>', 'in training', Number, 0)
  .option('--prompt <text>', 'how the text begins', 'the ')
  .option('--length <n>', 'how many characters are written (default: as many as the model sees)', positive)
  .option('--temperature <t>', 'the scores are divided by it', Number, 0.8)
  .parse()
  .opts<
    CommonOptions & {
      model: (typeof kinds)[number]
      context?: number
      dim?: number
      layers?: number
      steps: number
      rate: number
      dropout: number
      prompt: string
      length?: number
      temperature: number
    }
  >()

const started = performance.now()
await prepare(options)
const small = options.data === 'nonsense'
const context = options.context ?? (small ? 64 : 128)
const set = small ? { train: nonsense(options.seed, 54_000), validation: nonsense(options.seed + 1, 6_000) } : await tinyShakespeare()
const tokenizer = characterTokenizer([set.train, set.validation])
const [train, held] = [set.train, set.validation].map(text => Int32Array.from(tokenizer.encode(text).ids)) as [Int32Array, Int32Array]
console.log(`Data: ${options.data}, ${(train.length + held.length).toLocaleString('en-US')} characters, ${tokenizer.size} different ones`)

const anywhere = nextTokenWindows(train, { length: context, stride: 1 })
/** An epoch: so many steps of windows anywhere. */
const sampler: Sampler = {
  name: 'anywhere',
  length: options.steps * options.batchSize,
  order: rng => Uint32Array.from({ length: options.steps * options.batchSize }, () => rng.integer(anywhere.length)),
}
const batches = loader(anywhere, { batchSize: options.batchSize, sampler, seed: options.seed })
const validation = nextTokenWindows(held, { length: context })

seed(options.seed)
const dim = options.dim ?? (small ? 32 : 128)
const model =
  options.model === 'gpt'
    ? new GPT2({ vocabSize: tokenizer.size, context, dim, layers: options.layers ?? (small ? 2 : 4), heads: 4, dropout: options.dropout })
    : new LSTMLanguageModel({ vocabSize: tokenizer.size, dim, hidden: 2 * dim, layers: options.layers ?? 2, dropout: options.dropout })
const epochs = options.epochs ?? (small ? 3 : 10)
const steps = epochs * options.steps
const optimizer = adamW(options.rate, { weightDecay: 0.1, schedule: warmupCosine(steps / 20, steps), clipNorm: 1 })
const best = new KeepBest(model, 'loss', 'min')
const trainer = new Trainer({ step: supervised({ model, loss: crossEntropy, optimizer }), ...engineOf(options), callbacks: [best] })
const history = await trainer.fit(batches, { epochs, validation: loader(validation, { batchSize: 64 }) })
best.putBack()
console.log(`\nValidation: ${best.value.toFixed(4)} nats a character (epoch ${best.epoch})`)
await savePicture(join(options.out, 'curves.png'), await curves(history, { title: `${options.model} on ${options.data}` }))
await saveWeights(model, join(options.out, 'weights.safetensors'))
await saveTokenizer(tokenizer, join(options.out, 'tokenizer.json'))

// Write, with the exported step: character by character, as they come.
const step = new CachedStep(model)
const file = join(options.out, 'step.onnx')
await exportOnnx(step, step.ports(), { file })
const onnx = await OnnxModel.load(file, { threads: options.threads })
const prompt = tokenizer.encode(options.prompt).ids
const written = options.length ?? context - prompt.length
const settings = { maxTokens: written, temperature: options.temperature, topK: 20, seed: options.seed }
async function write(next: NextTokens, heard: (token: number) => void = () => {}): Promise<{ tokens: number[]; ms: number }> {
  const tokens: number[] = []
  const begun = performance.now()
  for await (const token of generate(next, prompt, settings)) {
    tokens.push(token)
    heard(token)
  }
  return { tokens, ms: (performance.now() - begun) / written }
}
process.stdout.write(`\n${options.prompt}`)
const cached = await write(oneByOne(onnx, model), token => process.stdout.write(tokenizer.decode([token])))

// The same text without what is kept, all of it read anew for each character.
const whole = runner(model, engineOf(options))
const length = options.model === 'gpt' ? context : written + prompt.length
const uncached = await write(wholeSequences(whole, { length }))
const same = uncached.tokens.every((token, i) => token === cached.tokens[i])
const seconds = (performance.now() - started) / 1000
console.log(
  `\n\n${cached.ms.toFixed(2)} ms a character with what was kept, ${uncached.ms.toFixed(2)} ms without; the texts are ${same ? 'the same' : 'different'}.`,
)
console.log(`Pictures, weights, tokenizer and step are in ${options.out}/. All of it took ${seconds.toFixed(1)} s.`)
await report(options, {
  model: options.model,
  validation: best.value,
  bestEpoch: best.epoch,
  same,
  cachedMs: cached.ms,
  uncachedMs: uncached.ms,
  sample: options.prompt + tokenizer.decode(cached.tokens),
  seconds,
  history: history.epochs.map(({ seconds: _, ...epoch }) => epoch),
})
await Promise.all([trainer.dispose(), onnx.dispose(), whole.dispose()])
