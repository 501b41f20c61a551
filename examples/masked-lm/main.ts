// Pretrains BERT on hidden words of texts without labels, then tells texts apart, beside the same network that begins from nothing.
import { join } from 'node:path'
import { Option } from 'commander'
import {
  accuracy,
  adamW,
  crossEntropy,
  load,
  seed,
  supervised,
  Trainer,
  warmupCosine,
  weights,
  type Batch,
  type State,
  type Tensor,
  type TrainStep,
} from '@portolan/core'
import { curves } from '@portolan/core/draw'
import { loadWeights, savePicture, saveWeights } from '@portolan/core/node'
import { byLength, kFold, loader, SequenceDataset, stratifiedSplit, takeTexts, type LabelledTexts, type Transform } from '@portolan/data'
import { multi30k, rtPolarity } from '@portolan/data/node'
import { BertForMaskedLM, BertForSequenceClassification, maskTokens, wordTokenizer } from '@portolan/nlp'
import { saveTokenizer } from '@portolan/nlp/node'
import { command, engineOf, percent, positive, prepare, report, type CommonOptions } from '../shared/command.ts'
import { KeepBest } from '../shared/keep-best.ts'
import { topics } from './topics.ts'

const options = command('masked-lm', 'Pretrains BERT on hidden words, then tells texts apart with it.', ['topics', 'rt-polarity'], 32)
  .option('--pretraining <n>', 'epochs of pretraining (default: topics 12, else 10)', positive)
  .option(
    '--pretrained <file>',
    'weights of an earlier run with the same data, seed and sizes (pretrained.safetensors), in place of pretraining',
  )
  .option(
    '--seeds <n>',
    'how often both classifiers are trained, each time from another seed, and of rt-polarity for another fold',
    positive,
    5,
  )
  .option('--labelled <share>', 'how much of the texts with labels the classifiers see, 0 to 1, for rt-polarity', Number, 1)
  .option('--reviews <n>', 'how often reviews are read for each time of the captions, in pretraining for rt-polarity', positive, 4)
  .option('--dim <n>', 'channels (default: topics 32, else 128)', positive)
  .option('--layers <n>', 'layers', positive, 2)
  .option('--rate <r>', 'learning rate of pretraining (default: topics 0.003, else 0.001)', Number)
  .option('--tuning <r>', 'learning rate of both classifiers (default: topics 0.001, else 0.0003)', Number)
  .addOption(new Option('--dropout <p>', 'in training').argParser(Number).default(0.1))
  .parse()
  .opts<
    CommonOptions & {
      pretraining?: number
      pretrained?: string
      seeds: number
      labelled: number
      reviews: number
      dim?: number
      layers: number
      rate?: number
      tuning?: number
      dropout: number
    }
  >()

const started = performance.now()
await prepare(options)
const engine = engineOf(options)
const small = options.data === 'topics'

type Parts = Record<'train' | 'validation' | 'test', LabelledTexts>
/** What is labelled, in three parts for each seed, and what is read before, without labels. */
async function texts(): Promise<{ parts: (seed: number) => Parts; unlabelled: readonly string[] }> {
  if (small) {
    const all = topics(2_600, options.seed)
    const of = (from: number, to: number): LabelledTexts =>
      takeTexts(
        all,
        Array.from({ length: to - from }, (_, i) => from + i),
      )
    const parts = { train: of(0, 10), validation: of(100, 200), test: of(200, 600) }
    return { parts: () => parts, unlabelled: all.texts.slice(600) }
  }
  const all = await rtPolarity()
  const folds = kFold(all.texts.length, { folds: 10, labels: all.labels, seed: options.seed })
  const parts = (i: number): Parts => {
    const { train: rest, test } = folds[i % folds.length]!
    const known = takeTexts(all, rest)
    const [train, validation] = stratifiedSplit(known.labels, { fraction: 0.9, seed: options.seed }).map(i => takeTexts(known, i))
    const [few] = stratifiedSplit(train!.labels, { fraction: options.labelled, seed: options.seed })
    return { train: takeTexts(train!, few), validation: validation!, test: takeTexts(all, test) }
  }
  const captions = (await multi30k()).train.source
  const reviews = Array.from({ length: options.reviews }, () => all.texts).flat()
  return { parts, unlabelled: [...reviews, ...captions] }
}
const { parts, unlabelled } = await texts()
const count = (part: keyof Parts): number => parts(0)[part].texts.length
console.log(
  `Data: ${options.data}, ${unlabelled.length} texts to pretrain on; ${count('train')} to train, ${count('validation')} to validate, ${count('test')} to test`,
)
const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
const tokenizer = wordTokenizer([...new Set(unlabelled)], { special, begin: '[CLS]', end: '[SEP]', minFrequency: small ? 1 : 3 })
const context = 64
const idsOf = (all: readonly string[]): Int32Array[] => all.map(text => Int32Array.from(tokenizer.encode(text, { maxLength: context }).ids))
const sizes = {
  vocabSize: tokenizer.size,
  context,
  dim: options.dim ?? (small ? 32 : 128),
  layers: options.layers,
  heads: 4,
  dropout: options.dropout,
}
const { batchSize } = options
const together = (lengths: Int32Array, size = batchSize) => ({ batchSize: size, sampler: byLength(lengths, { batchSize: size }) })

/** Hides some tokens of each text, others each time; targets: what they were, −100 where a row has fewer than others. */
const hide: Transform<'ids' | 'idsLength', 'ids' | 'places' | 'targets'> = ({ ids }, rng) => {
  const [n, t] = ids.shape as [number, number]
  const own = special.map(token => tokenizer.idOf(token))
  const hidden = maskTokens(ids.data as Int32Array, rng, { mask: tokenizer.idOf('[MASK]'), vocabSize: tokenizer.size, special: own })
  const k = Math.ceil(0.25 * t) // nearly always enough for 15 %
  const [places, targets] = [new Int32Array(n * k), new Int32Array(n * k).fill(-100)]
  for (let i = 0; i < n; i++) {
    const chosen = Array.from({ length: t }, (_, at) => at).filter(at => hidden.labels[i * t + at] !== -100)
    for (const [j, at] of chosen.slice(0, k).entries()) {
      places[i * k + j] = at
      targets[i * k + j] = hidden.labels[i * t + at]!
    }
  }
  return { ids: { data: hidden.ids, shape: [n, t] }, places: { data: places, shape: [n, k] }, targets: { data: targets, shape: [n, k] } }
}

async function pretrain(): Promise<State> {
  seed(options.seed)
  const model = new BertForMaskedLM(sizes)
  if (options.pretrained !== undefined) return weights(await loadWeights(model, options.pretrained))
  const rows = new SequenceDataset({ ids: idsOf(unlabelled) }, {}, { multiple: 8 })
  const epochs = options.pretraining ?? (small ? 12 : 10)
  const batches = loader(rows, { ...together(rows.lengths('ids')), seed: options.seed, dropLast: true, transform: hide })
  const steps = epochs * batches.length
  const optimizer = adamW(options.rate ?? (small ? 3e-3 : 1e-3), {
    weightDecay: 0.01,
    schedule: warmupCosine(steps / 10, steps),
    clipNorm: 1,
  })
  optimizer.init(model)
  const step: TrainStep = {
    train: ({ ids, places, targets }: Batch) =>
      optimizer.minimize(model, () => ({
        loss: crossEntropy(model.forward(ids!, undefined, places!), targets!, { ignoreIndex: -100 }),
      })),
    state: { model, optimizer },
  }
  const trainer = new Trainer({ step, ...engine })
  const history = await trainer.fit(batches, { epochs })
  await trainer.dispose()
  await savePicture(join(options.out, 'pretraining.png'), await curves(history, { title: 'Hidden words' }))
  await saveWeights(model, join(options.out, 'pretrained.safetensors'))
  await saveTokenizer(tokenizer, join(options.out, 'tokenizer.json'))
  losses.push(...history.epochs.map(({ logs }) => logs['loss']!))
  return weights(model)
}

const dataset = ({ texts, labels }: LabelledTexts) =>
  new SequenceDataset({ ids: idsOf(texts) }, { label: { data: labels, shape: [labels.length] } }, { multiple: 8 })

/** Trains a classifier, chosen by the validation part, from what is given or from nothing. → its share of right answers in the test part */
async function classify(own: number, { train, validation, test }: Parts, begin: State | undefined): Promise<number> {
  const [learned, chosen, judged] = [dataset(train), dataset(validation), dataset(test)]
  seed(own)
  const model = new BertForSequenceClassification({ ...sizes, classes: train.classes.length, pooling: 'mean' })
  if (begin) load(model, begin, { strict: false })
  const epochs = options.epochs ?? (small ? 40 : 5)
  const batches = loader(learned, { ...together(learned.lengths('ids'), small ? 10 : 32), seed: own, dropLast: true })
  const steps = epochs * batches.length
  const optimizer = adamW(options.tuning ?? (small ? 1e-3 : 3e-4), {
    weightDecay: 0.01,
    schedule: warmupCosine(steps / 10, steps),
    clipNorm: 1,
  })
  const loss = (scores: Tensor, label: Tensor): Tensor => crossEntropy(scores, label)
  const best = new KeepBest(model, 'accuracy', 'max')
  const step = supervised({ model, loss, optimizer, metrics: { accuracy }, input: 'ids', target: 'label' })
  const trainer = new Trainer({ step, ...engine, callbacks: [best], progress: false })
  const judge = (part: typeof judged) => loader(part, together(part.lengths('ids')))
  await trainer.fit(batches, { epochs, validation: judge(chosen) })
  best.putBack()
  const { accuracy: right } = await trainer.evaluate(judge(judged))
  await trainer.dispose()
  return right!
}

/**
 * The tables of words, places and segments, which a norm follows, as small as a fresh network's, N(0, 0.02²): what they give stays the same,
 * but Adam, whose steps do not know how large a weight is, moves them as fast as it moves fresh ones.
 */
async function asSmallAsFresh(state: State): Promise<State> {
  const table = /^bert\.embeddings\..*_embeddings\.weight$/
  const scale = 0.02 / (await state['bert.embeddings.word_embeddings.weight']!.std().item())
  return Object.fromEntries(Object.entries(state).map(([path, x]) => [path, table.test(path) ? x.mul(scale) : x]))
}

const losses: number[] = []
const begin = await asSmallAsFresh(await pretrain())
const runs: { seed: number; pretrained: number; fromNothing: number }[] = []
for (let i = 0; i < options.seeds; i++) {
  const own = options.seed + i
  const mine = parts(i)
  const run = { seed: own, pretrained: await classify(own, mine, begin), fromNothing: await classify(own, mine, undefined) }
  runs.push(run)
  console.log(`Seed ${own}: ${percent(run.pretrained)} after pretraining, ${percent(run.fromNothing)} from nothing`)
}
const mean = (of: 'pretrained' | 'fromNothing'): number => runs.reduce((sum, run) => sum + run[of], 0) / runs.length
const [after, without] = [mean('pretrained'), mean('fromNothing')]
const seconds = (performance.now() - started) / 1000
console.log(
  `\nTest accuracy: ${percent(after)} after pretraining, ${percent(without)} from nothing: ${(100 * (after - without)).toFixed(2)} points`,
)
console.log(`Weights, tokenizer and curve are in ${options.out}/. All of it took ${seconds.toFixed(1)} s.`)
await report(options, { losses, runs, pretrained: after, fromNothing: without, seconds })
