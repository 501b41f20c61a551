// Trains a classifier of texts, judges it on unseen ones, exports it to ONNX and reads a sentence with the file.
import { join } from 'node:path'
import { Option } from 'commander'
import {
  accuracy,
  adam,
  classificationReport,
  ConfusionMatrix,
  crossEntropy,
  seed,
  supervised,
  tensor,
  Trainer,
  type Callback,
  type Module,
  type Tensor,
  type TrainStep,
} from '@portolan/core'
import { confusionPicture, curves } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { ArrayDataset, loader } from '@portolan/data'
import { exportOnnx, OnnxModel, verify } from '@portolan/export-onnx'
import { limitRows, TextCNN, TextGRU, TextLSTM, TransformerClassifier, wordTokenizer } from '@portolan/nlp'
import { saveTokenizer } from '@portolan/nlp/node'
import { command, engineOf, percent, prepare, report, type CommonOptions } from '../shared/command.ts'
import { KeepBest } from '../shared/keep-best.ts'
import { opinions, rtPolarity, trec, type Labelled, type TextSet } from './data.ts'

const kinds = ['cnn', 'lstm', 'gru', 'transformer'] as const
const options = command(
  'text-classification',
  'Trains a classifier of texts, judges it, exports it and reads a sentence with the file.',
  ['opinions', 'rt-polarity', 'trec'],
  50,
)
  .addOption(new Option('--model <kind>', 'which network').choices(kinds).default('cnn'))
  .option('--fold <n>', 'which tenth of rt-polarity is the test set, 0 … 9', Number, 0)
  .option('--text <text>', 'a sentence to read in the end', 'this film is not good , but short .')
  .parse()
  .opts<CommonOptions & { model: (typeof kinds)[number]; fold: number; text: string }>()

const started = performance.now()
await prepare(options)
const sets: Record<string, () => TextSet | Promise<TextSet>> = {
  opinions: () => opinions(options.seed),
  'rt-polarity': () => rtPolarity(options.seed, options.fold),
  trec: () => trec(options.seed),
}
const set = await sets[options.data]!()
console.log(`Data: ${options.data}, ${set.train.length} to train, ${set.validation.length} to validate, ${set.test.length} to test`)

const tokenizer = wordTokenizer(
  set.train.map(s => s.text),
  { minFrequency: options.data === 'rt-polarity' ? 2 : 1 },
)
const encode = (text: string): number[] => tokenizer.encode(text).ids
const longest = Math.max(8, ...[...set.train, ...set.validation].map(s => encode(s.text).length))
/** Texts as rows of one length: longer ones, which only the test set may have, are cut. */
const dataset = (items: readonly Labelled[]): ArrayDataset<'ids' | 'label'> => {
  const ids = new Int32Array(items.length * longest)
  for (const [i, { text }] of items.entries()) ids.set(encode(text).slice(0, longest), i * longest)
  return new ArrayDataset({
    ids: { data: ids, shape: [items.length, longest] },
    label: { data: Int32Array.from(items, s => s.label), shape: [items.length] },
  })
}

seed(options.seed)
const common = { vocabSize: tokenizer.size, classes: set.labels.length }
const make: Record<(typeof kinds)[number], () => Module & { forward(ids: Tensor): Tensor }> = {
  cnn: () => new TextCNN(options.data === 'opinions' ? { ...common, dim: 32, filters: 32 } : common),
  lstm: () => new TextLSTM({ ...common, dropout: 0.5 }),
  gru: () => new TextGRU({ ...common, dropout: 0.5, bidirectional: true, layers: 1 }),
  transformer: () => new TransformerClassifier({ ...common, dropout: 0.2 }),
}
const model = make[options.model]()
const learn = supervised({ model, loss: crossEntropy, optimizer: adam(1e-3), metrics: { accuracy } })
const step: TrainStep = {
  ...learn,
  train: batch => {
    const logs = learn.train(batch)
    if (model instanceof TextCNN) limitRows(model.fc.weight, 3) // as in the paper
    return logs
  },
}
const engine = engineOf(options)
const best = new KeepBest(model, 'accuracy', 'max')
const callbacks: Callback[] = [best]
const trainer = new Trainer({ step, ...engine, callbacks })
const epochs = options.epochs ?? (options.data === 'opinions' ? 4 : 8)
const history = await trainer.fit(loader(dataset(set.train), { batchSize: options.batchSize, shuffle: true, seed: options.seed }), {
  epochs,
  validation: loader(dataset(set.validation), { batchSize: 100 }),
})
best.putBack()
const trainSeconds = (performance.now() - started) / 1000
await savePicture(join(options.out, 'curves.png'), await curves(history, { title: `${options.model} on ${options.data}` }))

// Export, and judge the file rather than the model.
const file = join(options.out, 'model.onnx')
const ports = { ids: { shape: ['n', longest], dtype: 'int32' } } as const
const wrapping = { postprocess: (scores: Tensor) => scores.softmax() }
await exportOnnx(model, ports, { file, ...wrapping, metadata: { labels: set.labels.join(',') } })
const { maxAbsDiff } = await verify(model, file, ports, wrapping)
await saveTokenizer(tokenizer, join(options.out, 'tokenizer.json'))
await saveWeights(model, join(options.out, 'weights.safetensors'))
const onnx = await OnnxModel.load(file)
const matrix = new ConfusionMatrix(set.labels.length)
for await (const { ids, label } of loader(dataset(set.test), { batchSize: 100 }))
  matrix.add(await (await onnx.predict({ ids })).output!.argMax(1).data(), await label.data())
console.log(
  `\nTest accuracy: ${percent(matrix.accuracy())} with the weights of epoch ${best.epoch}\n\n${classificationReport(matrix, [...set.labels])}\n`,
)
await savePicture(join(options.out, 'confusion.png'), await confusionPicture(matrix, { labels: [...set.labels], title: 'Test set' }))

const row = new Int32Array(longest)
row.set(encode(options.text).slice(0, longest))
const probabilities = [...(await (await onnx.predict({ ids: tensor(row, [1, longest]) })).output!.data())]
const answer = probabilities.indexOf(Math.max(...probabilities))
console.log(`"${options.text}" is ${set.labels[answer]} (${percent(probabilities[answer]!)})`)
const seconds = (performance.now() - started) / 1000
console.log(`Pictures, weights, tokenizer and model are in ${options.out}/. All of it took ${seconds.toFixed(1)} s.`)
await report(options, {
  model: options.model,
  fold: options.fold,
  testAccuracy: matrix.accuracy(),
  bestEpoch: best.epoch,
  onnxMaxAbsDiff: maxAbsDiff,
  answer: set.labels[answer],
  seconds,
  trainSeconds,
  history: history.epochs.map(({ seconds: _, ...epoch }) => epoch),
})
await Promise.all([trainer.dispose(), onnx.dispose()])
