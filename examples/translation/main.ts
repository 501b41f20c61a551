// Trains a translator, translates unseen sentences greedily and by beams, and counts how well by BLEU.
import { join } from 'node:path'
import { Option } from 'commander'
import {
  adamW,
  crossEntropy,
  evaluating,
  progressBar,
  runner,
  seed,
  supervised,
  tensor,
  Trainer,
  warmupCosine,
  type Tensor,
} from '@portolan/core'
import { curves, heatMap } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { byLength, loader, SequenceDataset, type ParallelTexts } from '@portolan/data'
import { multi30k } from '@portolan/data/node'
import {
  AttentionTranslator,
  beamSearch,
  Bleu,
  TransformerTranslator,
  trainBpe,
  wholeSequences,
  wordTokenizer,
  type Tokenizer,
} from '@portolan/nlp'
import { saveTokenizer } from '@portolan/nlp/node'
import { command, engineOf, positive, prepare, report, type CommonOptions } from '../shared/command.ts'
import { KeepBest } from '../shared/keep-best.ts'
import { backwards } from './backwards.ts'

const kinds = ['luong', 'bahdanau', 'transformer'] as const
const options = command('translation', 'Trains a translator and counts how well it translates.', ['backwards', 'multi30k'], 64)
  .addOption(new Option('--model <kind>', 'which network').choices(kinds).default('transformer'))
  .option('--dim <n>', 'channels (default: backwards 48, else 128, LSTMs 192, whose state is twice as wide)', positive)
  .option('--layers <n>', 'layers of the Transformer, on each side (default: backwards 2, else 3)', positive)
  .option('--dropout <p>', 'in training (default: backwards 0, else 0.1, LSTMs 0.3)', Number)
  .option('--vocab <n>', 'tokens of each language, for multi30k', positive, 5000)
  .option('--beams <n>', 'how many sequences the search follows', positive, 5)
  .option('--rate <r>', 'learning rate (default: 0.002, backwards 0.003)', Number)
  .option('--limit <n>', 'how many of the test sentences are translated', positive, 1000)
  .parse()
  .opts<
    CommonOptions & {
      model: (typeof kinds)[number]
      dim?: number
      layers?: number
      dropout?: number
      vocab: number
      beams: number
      rate?: number
      limit: number
    }
  >()

const started = performance.now()
await prepare(options)
const small = options.data === 'backwards'
const set = small ? backwards(options.seed) : await multi30k()
const special = ['[PAD]', '[UNK]', '[BOS]', '[EOS]']
const learned = (texts: readonly string[], begin: boolean): Tokenizer => {
  const around = { special, end: '[EOS]', ...(begin && { begin: '[BOS]' }) }
  return small ? wordTokenizer([...texts], { ...around, lowercase: false }) : trainBpe([...texts], { ...around, vocabSize: options.vocab })
}
const [from, to] = [learned(set.train.source, false), learned(set.train.target, true)]
const [begin, end] = [to.idOf('[BOS]'), to.idOf('[EOS]')]
/** Tokens of a sentence and its ends, at most; longer ones are left out of training and cut in the test. */
const longest = small ? 8 : 48
const multiple = small ? 4 : 8
function dataset({ source, target }: ParallelTexts): SequenceDataset<'source' | 'before' | 'next'> {
  const all = source
    .map((text, i) => [from.encode(text).ids, to.encode(target[i]!).ids] as const)
    .filter(pair => pair.every(ids => ids.length <= longest))
  const sequences = {
    source: all.map(([ids]) => Int32Array.from(ids)),
    before: all.map(([, ids]) => Int32Array.from(ids.slice(0, -1))),
    next: all.map(([, ids]) => Int32Array.from(ids.slice(1))),
  }
  return new SequenceDataset(sequences, {}, { multiple, joint: true }) // few lengths, few programs
}
const [train, validation] = [dataset(set.train), dataset(set.validation)]
console.log(`Data: ${options.data}, ${train.length} pairs to train, ${validation.length} to validate; ${from.size} and ${to.size} tokens`)

seed(options.seed)
const { batchSize, model: kind } = options
const isTransformer = kind === 'transformer'
const dim = options.dim ?? (small ? 48 : isTransformer ? 128 : 192)
const sizes = { sourceSize: from.size, targetSize: to.size, dropout: options.dropout ?? (small ? 0 : isTransformer ? 0.1 : 0.3) }
const model = isTransformer
  ? new TransformerTranslator({ ...sizes, dim, layers: options.layers ?? (small ? 2 : 3) })
  : new AttentionTranslator({ ...sizes, dim, hidden: 2 * dim, attention: kind })
const epochs = options.epochs ?? (small ? 5 : isTransformer ? 10 : 7)
const together = (part: typeof train) => {
  const written = part.lengths('next')
  return {
    batchSize,
    sampler: byLength(
      part.lengths('source').map((t, i) => Math.max(t, written[i]!)),
      { batchSize },
    ),
  }
}
const batches = loader(train, { ...together(train), seed: options.seed, dropLast: true })
const steps = epochs * batches.length
const optimizer = adamW(options.rate ?? (small ? 3e-3 : 2e-3), {
  weightDecay: 0.01,
  schedule: warmupCosine(steps / 10, steps),
  clipNorm: 1,
})
const loss = (logits: Tensor, next: Tensor): Tensor => crossEntropy(logits, next, { ignoreIndex: 0, labelSmoothing: small ? 0 : 0.1 })
const best = new KeepBest(model, 'loss', 'min')
const engine = engineOf(options)
const step = supervised({ model, loss, optimizer, input: ['source', 'before'], target: 'next' })
const trainer = new Trainer({ step, ...engine, callbacks: [best] })
const history = await trainer.fit(batches, { epochs, validation: loader(validation, together(validation)) })
best.putBack()
await savePicture(join(options.out, 'curves.png'), await curves(history, { title: `${options.model} on ${options.data}` }))
await saveWeights(model, join(options.out, 'weights.safetensors'))
await saveTokenizer(from, join(options.out, 'source.json'))
await saveTokenizer(to, join(options.out, 'target.json'))

const translator = runner(model, engine)
const sourceOf = (text: string): Tensor => {
  const { ids } = from.encode(text, { maxLength: longest })
  const row = new Int32Array(multiple * Math.ceil(ids.length / multiple))
  row.set(ids)
  return tensor(row, [1, row.length])
}
async function translate(text: string, beams: number): Promise<string> {
  const model = wholeSequences(translator, { length: longest - 1, multiple, inputs: { source: sourceOf(text) }, name: 'target' })
  const [found] = await beamSearch(model, [begin], { beams, maxTokens: longest - 2, end })
  return to.decode(found!.tokens)
}
const [sources, targets] = [set.test.source.slice(0, options.limit), set.test.target.slice(0, options.limit)]
const bar = progressBar({ label: 'Translation' })
async function judge(part: number, beams: number) {
  const bleu = new Bleu()
  const texts: string[] = []
  bar.start(part, 2, sources.length)
  for (const [i, source] of sources.entries()) {
    const text = await translate(source, beams)
    texts.push(text)
    bleu.add(text, targets[i]!)
    bar.update(i + 1, { beams })
  }
  bar.stop()
  return { texts, ...bleu.value() }
}
const [greedy, wide] = [await judge(1, 1), await judge(2, options.beams)]
console.log(
  `\nBLEU of ${sources.length} sentences: ${greedy.score.toFixed(2)} greedy, ${wide.score.toFixed(2)} with ${options.beams} beams (cased, 13a)`,
)
const samples = sources.slice(0, 5).map((source, i) => ({ source, target: targets[i]!, translation: wide.texts[i]! }))
for (const { source, target, translation } of samples) console.log(`\n  ${source}\n  → ${translation}\n  = ${target}`)

// Where it looked as it wrote the first of them.
const { ids: written } = to.encode(samples[0]!.translation)
const { ids: read } = from.encode(samples[0]!.source, { maxLength: longest })
const { attention } = await evaluating(model, () =>
  model.forwardAll(sourceOf(samples[0]!.source), tensor(Int32Array.from(written), [1, written.length])),
)
const [looks] = (await attention.slice(2, 0, read.length).array()) as number[][][]
const words = (tokenizer: Tokenizer, ids: readonly number[]): string[] => ids.map(id => tokenizer.decode([id], { special: true }).trim())
const map = await heatMap(looks!.slice(0, -1), {
  rows: words(to, written.slice(1)),
  columns: words(from, read),
  legend: 'attention',
  title: `Where it looks (${options.model})`,
})
await savePicture(join(options.out, 'attention.png'), map)

const seconds = (performance.now() - started) / 1000
console.log(`\nPictures, weights and tokenizers are in ${options.out}/. All of it took ${seconds.toFixed(1)} s.`)
await report(options, {
  model: options.model,
  greedy: greedy.score,
  beams: wide.score,
  bestEpoch: best.epoch,
  samples,
  seconds,
  history: history.epochs.map(({ seconds: _, ...epoch }) => epoch),
})
await Promise.all([trainer.dispose(), translator.dispose()])
