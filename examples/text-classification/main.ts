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
  type Module,
  type Tensor,
  type TrainStep,
} from '@portolan/core'
import { confusionPicture, curves } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { byLength, loader, SequenceDataset, type LabelledTexts } from '@portolan/data'
import { exportOnnx, OnnxModel, verify } from '@portolan/export-onnx'
import { limitRows, TextCNN, TextGRU, TextLSTM, TransformerClassifier, wordTokenizer } from '@portolan/nlp'
import { saveTokenizer } from '@portolan/nlp/node'
import { command, engineOf, percent, positive, prepare, report, type CommonOptions } from '../shared/command.ts'
import { KeepBest } from '../shared/keep-best.ts'
import { sets, textSets, type TextSet } from './texts.ts'

const kinds = ['cnn', 'lstm', 'gru', 'transformer'] as const
const pools = ['last', 'max', 'mean'] as const
const options = command(
  'text-classification',
  'Trains a classifier of texts, judges it, exports it and reads a sentence with the file.',
  sets,
  50,
)
  .addOption(new Option('--model <kind>', 'which network').choices(kinds).default('cnn'))
  .option('--folds <n>', 'how many of the ten folds of rt-polarity, each the test set of a model of its own', positive, 1)
  .option('--dim <n>', 'channels of a word (default: sentiments 32, else cnn 300, others 128)', positive)
  .option('--hidden <n>', 'channels of a recurrent state', positive, 128)
  .option('--layers <n>', 'layers that are no CNN has (default: LSTM and Transformer 2, GRU 1)', positive)
  .option('--bidirectional', 'an LSTM that reads from both ends')
  .addOption(new Option('--pool <how>', 'which states of an LSTM or GRU count').choices(pools).default('last'))
  .option('--dropout <p>', 'in training (default: 0.5, Transformer 0.2)', Number)
  .option('--rate <r>', 'learning rate (default: sentiments 0.003, else 0.001)', Number)
  .option('--text <text>', 'a sentence to read in the end', 'the story is not good .')
  .parse()
  .opts<
    CommonOptions & {
      data: (typeof sets)[number]
      model: (typeof kinds)[number]
      folds: number
      dim?: number
      hidden: number
      layers?: number
      bidirectional?: boolean
      pool: (typeof pools)[number]
      dropout?: number
      rate?: number
      text: string
    }
  >()

const started = performance.now()
await prepare(options)
const engine = engineOf(options)
const small = options.data === 'sentiments'
const all = await textSets(options.data, options)
const { classes } = all[0]!.train

type Classifier = Module & { forward(ids: Tensor): Tensor }
function newModel(vocabSize: number): Classifier {
  const { model: kind, hidden, dim = small ? 32 : kind === 'cnn' ? 300 : 128, dropout = kind === 'transformer' ? 0.2 : 0.5 } = options
  const common = { vocabSize, classes: classes.length, dim, dropout }
  const recurrent = { ...common, hidden, pool: options.pool, layers: options.layers ?? (kind === 'gru' ? 1 : 2) }
  if (kind === 'cnn') return new TextCNN({ ...common, filters: small ? 32 : 100 })
  if (kind === 'lstm') return new TextLSTM({ ...recurrent, bidirectional: options.bidirectional ?? false })
  if (kind === 'gru') return new TextGRU({ ...recurrent, bidirectional: true })
  return new TransformerClassifier({ ...common, layers: options.layers ?? 2 })
}

/** Learns from one set, exports what was best on its validation part, and judges the file by the test part. */
async function learn(set: TextSet) {
  const tokenizer = wordTokenizer([...set.train.texts], { minFrequency: options.data === 'rt-polarity' ? 2 : 1 })
  const dataset = ({ texts, labels }: LabelledTexts) =>
    new SequenceDataset(
      { ids: texts.map(text => Int32Array.from(tokenizer.encode(text).ids)) },
      { label: { data: labels, shape: [labels.length] } },
      { multiple: 8 }, // few lengths, few programs
    )
  const [train, validation, test] = [dataset(set.train), dataset(set.validation), dataset(set.test)]
  const { batchSize } = options
  const together = (part: typeof test, batchSize: number) => ({ batchSize, sampler: byLength(part.lengths('ids'), { batchSize }) })

  seed(options.seed)
  const model = newModel(tokenizer.size)
  const optimizer = adam(options.rate ?? (small ? 3e-3 : 1e-3))
  const step = supervised({ model, loss: crossEntropy, optimizer, metrics: { accuracy }, input: 'ids', target: 'label' })
  const limited: TrainStep = {
    ...step,
    train: batch => {
      const logs = step.train(batch)
      if (model instanceof TextCNN) limitRows(model.fc.weight, 3) // as in the paper
      return logs
    },
  }
  const best = new KeepBest(model, 'accuracy', 'max')
  const trainer = new Trainer({ step: limited, ...engine, callbacks: [best], progress: all.length === 1 })
  const history = await trainer.fit(loader(train, { ...together(train, batchSize), seed: options.seed, dropLast: true }), {
    epochs: options.epochs ?? (small ? 4 : 8),
    validation: loader(validation, together(validation, 100)),
  })
  best.putBack()
  await trainer.dispose()

  const longest = Math.max(8, ...[train, validation, test].map(part => Math.max(...part.lengths('ids'))))
  const ports = { ids: { shape: ['n', longest], dtype: 'int32' } } as const
  const wrapping = { postprocess: (scores: Tensor) => scores.softmax() }
  await exportOnnx(model, ports, { file, ...wrapping, metadata: { labels: classes.join(',') } })
  const { maxAbsDiff } = await verify(model, file, ports, wrapping)
  const onnx = await OnnxModel.load(file, { threads: options.threads })
  const matrix = new ConfusionMatrix(classes.length)
  const read = (text: string) => {
    const row = new Int32Array(longest)
    row.set(tokenizer.encode(text).ids.slice(0, longest))
    return row
  }
  for (let from = 0; from < test.length; from += 100) {
    const texts = set.test.texts.slice(from, from + 100)
    const ids = new Int32Array(texts.length * longest)
    texts.forEach((text, i) => ids.set(read(text), i * longest))
    const { output } = await onnx.predict({ ids: tensor(ids, [texts.length, longest]) })
    matrix.add(await output!.argMax(1).data(), set.test.labels.slice(from, from + 100))
  }
  const { output } = await onnx.predict({ ids: tensor(read(options.text), [1, longest]) })
  await onnx.dispose()
  return { model, tokenizer, best, history, matrix, maxAbsDiff, probabilities: [...(await output!.data())] }
}

const file = join(options.out, 'model.onnx')
const runs: { train: number; validation: number; test: number; bestEpoch: number }[] = []
let last: Awaited<ReturnType<typeof learn>> | undefined
const matrix = new ConfusionMatrix(classes.length)
for (const [i, set] of all.entries()) {
  const { train, validation, test } = set
  console.log(
    `Data: ${options.data}${all.length > 1 ? `, fold ${i + 1}` : ''}, ${train.texts.length} to train, ${validation.texts.length} to validate, ${test.texts.length} to test`,
  )
  last = await learn(set)
  last.matrix.counts.forEach((row, expected) => row.forEach((count, predicted) => (matrix.counts[expected]![predicted]! += count)))
  const { best, history } = last
  runs.push({ train: history.epochs[best.epoch - 1]!.logs['accuracy']!, validation: best.value, test: last.matrix.accuracy(), bestEpoch: best.epoch }) // prettier-ignore
  console.log(
    `Test accuracy ${percent(last.matrix.accuracy())}, validation ${percent(best.value)}, with the weights of epoch ${best.epoch}`,
  )
}
const { model, tokenizer, history, probabilities, maxAbsDiff } = last!
const mean = runs.reduce((sum, run) => sum + run.test, 0) / runs.length
console.log(`\nTest accuracy: ${percent(mean)}${runs.length > 1 ? `, the mean of ${runs.length} folds` : ''}\n`)
console.log(`${classificationReport(matrix, [...classes])}\n`)
await savePicture(join(options.out, 'curves.png'), await curves(history, { title: `${options.model} on ${options.data}` }))
await savePicture(join(options.out, 'confusion.png'), await confusionPicture(matrix, { labels: [...classes], title: 'Test set' }))
await saveTokenizer(tokenizer, join(options.out, 'tokenizer.json'))
await saveWeights(model, join(options.out, 'weights.safetensors'))
const answer = probabilities.indexOf(Math.max(...probabilities))
console.log(`"${options.text}" is ${classes[answer]} (${percent(probabilities[answer]!)})`)
const seconds = (performance.now() - started) / 1000
console.log(`Pictures, weights, tokenizer and model are in ${options.out}/. All of it took ${seconds.toFixed(1)} s.`)
await report(options, {
  model: options.model,
  testAccuracy: mean,
  runs,
  onnxMaxAbsDiff: maxAbsDiff,
  answer: classes[answer],
  seconds,
  history: history.epochs.map(({ seconds: _, ...epoch }) => epoch),
})
