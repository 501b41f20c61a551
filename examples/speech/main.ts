// Learns to tell spoken digits apart, or to write down numbers of several of them, judges itself, and exports the model.
import { join } from 'node:path'
import { Option } from 'commander'
import {
  accuracy,
  adamW,
  ConfusionMatrix,
  crossEntropy,
  ctc,
  runner,
  seed,
  supervised,
  tensor,
  Trainer,
  warmupCosine,
  type Batch,
  type History,
  type Tensor,
  type TrainStep,
} from '@portolan/core'
import { confusionPicture, curves } from '@portolan/core/draw'
import { savePicture, saveWeights, writeFileAtomic } from '@portolan/core/node'
import { ArrayDataset, loader, type Sampler } from '@portolan/data'
import { exportOnnx, OnnxModel, verify } from '@portolan/export-onnx'
import { beamCtc, greedyCtc, SpeechRecognizer, SpokenDigitClassifier, WordErrorRate } from '@portolan/nlp'
import { command, engineOf, percent, positive, prepare, report, type CommonOptions } from '../shared/command.ts'
import { KeepBest } from '../shared/keep-best.ts'
import { digitFields, FEATURES, FRAMES, jitter, recordings, SpokenNumbers } from './recordings.ts'

const options = command(
  'speech',
  'Learns to hear digits, one or several in a row, judges itself and exports the model.',
  ['tones', 'fsdd'],
  32,
)
  .addOption(
    new Option('--task <task>', 'digit: which one is said; number: all of 3 to 6 in a row, by CTC')
      .choices(['digit', 'number'])
      .default('digit'),
  )
  .addOption(new Option('--features <kind>', 'what is heard').choices(['log-mel', 'mfcc']).default('log-mel'))
  .option('--held-out <names>', 'speakers who are only tested on, such as theo,nicolas', (text: string) => text.split(','), [])
  .option('--width <n>', 'filters of the first convolution (default: digits 32, numbers 16; tones 8)', positive)
  .option('--hidden <n>', 'channels of each direction of the GRU (default: 96, tones 32)', positive)
  .option('--steps <n>', 'steps of an epoch of numbers', positive, 100)
  .option('--rate <r>', 'learning rate', Number, 3e-3)
  .option('--beams <n>', 'how many beginnings of a number are followed', positive, 16)
  .parse()
  .opts<
    CommonOptions & {
      task: 'digit' | 'number'
      features: 'log-mel' | 'mfcc'
      heldOut: string[]
      width?: number
      hidden?: number
      steps: number
      rate: number
      beams: number
    }
  >()

const started = performance.now()
await prepare(options)
const engine = engineOf(options)
const small = options.data === 'tones'
const { scaler, ...parts } = await recordings(options)
const { train, validation, test } = parts
console.log(
  `Data: ${options.data}, ${train.length} recordings to train, ${validation.length} to validate, ${test.length} to test${options.heldOut.length ? `, which are those of ${options.heldOut.join(' and ')}` : ''}`,
)
await writeFileAtomic(join(options.out, 'scaler.json'), JSON.stringify(scaler.state))
const file = join(options.out, 'model.onnx')
const epochs = options.epochs ?? (options.task === 'digit' ? (small ? 8 : 15) : small ? 8 : 20)
const optimizerOf = (perEpoch: number) =>
  adamW(options.rate, { weightDecay: 0.01, schedule: warmupCosine((epochs * perEpoch) / 10, epochs * perEpoch), clipNorm: 1 })

async function digit() {
  seed(options.seed)
  const model = new SpokenDigitClassifier({ width: options.width ?? (small ? 8 : 32) })
  const dataset = (part: typeof train) => new ArrayDataset(digitFields(part))
  const batches = loader(dataset(train), {
    batchSize: options.batchSize,
    shuffle: true,
    seed: options.seed,
    dropLast: true,
    each: (sample, rng) => ({ ...sample, x: jitter(sample['x']!, rng) }),
  })
  const best = new KeepBest(model, 'loss', 'min')
  const step = supervised({
    model,
    loss: crossEntropy,
    optimizer: optimizerOf(batches.length),
    metrics: { accuracy },
    input: 'x',
    target: 'label',
  })
  const trainer = new Trainer({ step, ...engine, callbacks: [best] })
  const history = await trainer.fit(batches, { epochs, validation: loader(dataset(validation), { batchSize: 100 }) })
  best.putBack()
  await trainer.dispose()

  const ports = { x: ['n', FEATURES, FRAMES] }
  await exportOnnx(model, ports, { file })
  const { maxAbsDiff } = await verify(model, file, ports)
  const onnx = await OnnxModel.load(file, { threads: options.threads })
  const matrix = new ConfusionMatrix(10)
  for await (const { x, label } of loader(dataset(test), { batchSize: 100 }))
    matrix.add(await (await onnx.predict({ x })).output!.argMax(1).data(), await label.data())
  await onnx.dispose()
  console.log(`\nTest accuracy: ${percent(matrix.accuracy())} with the weights of epoch ${best.epoch}`)
  await savePicture(join(options.out, 'confusion.png'), await confusionPicture(matrix, { title: 'Test set' }))
  return { model, history, figures: { testAccuracy: matrix.accuracy(), bestEpoch: best.epoch, onnxMaxAbsDiff: maxAbsDiff } }
}

async function number() {
  seed(options.seed)
  const width = options.width ?? (small ? 8 : 16)
  const model = new SpeechRecognizer({
    classes: 11,
    features: FEATURES,
    filters: width,
    hidden: options.hidden ?? (small ? 32 : 96),
    dropout: small ? 0 : 0.2,
  })
  const logProbabilities = (sound: Tensor, lengths: Tensor): Tensor =>
    model
      .forward(sound.transpose([0, 2, 1]), lengths)
      .transpose([1, 0, 2])
      .logSoftmax() // [t, n, classes]
  const loss = ({ sound, soundLength, labels, labelsLength }: Batch): { loss: Tensor } => ({
    loss: ctc(logProbabilities(sound!, soundLength!), labels!, {
      inputLengths: model.outputLengths(soundLength!),
      labelLengths: labelsLength!,
    }),
  })
  // so many that none comes twice
  const numbers = new SpokenNumbers(train, 2 ** 24, options.seed)
  const perEpoch = options.steps
  const sampler: Sampler = {
    name: 'new ones',
    length: perEpoch * options.batchSize,
    order: rng => Uint32Array.from({ length: perEpoch * options.batchSize }, () => rng.integer(numbers.length)),
  }
  const optimizer = optimizerOf(perEpoch)
  optimizer.init(model)
  const step: TrainStep = { train: batch => optimizer.minimize(model, () => loss(batch)), evaluate: loss, state: { model, optimizer } }
  const best = new KeepBest(model, 'loss', 'min')
  const trainer = new Trainer({ step, ...engine, callbacks: [best] })
  const held = new SpokenNumbers(validation, 200, options.seed + 1)
  const history = await trainer.fit(loader(numbers, { batchSize: options.batchSize, sampler, seed: options.seed }), {
    epochs,
    validation: loader(held, { batchSize: options.batchSize }),
  })
  best.putBack()
  await trainer.dispose()

  const reader = runner(model, engine)
  const [greedy, wide] = [new WordErrorRate(), new WordErrorRate()]
  const text = (labels: readonly number[]): string => labels.map(l => l - 1).join(' ')
  const samples: { said: string; greedy: string; beams: string }[] = []
  for await (const batch of loader(new SpokenNumbers(test, small ? 100 : 500, options.seed + 2), { batchSize: 50 })) {
    const { output } = await reader.predict({ x: batch.sound.transpose([0, 2, 1]), lengths: batch.soundLength })
    const logs = output!.logSoftmax()
    const [, places, classes] = logs.shape as [number, number, number]
    const [data, counts] = [await logs.data(), await model.outputLengths(batch.soundLength).data()]
    const [labels, lengths] = [await batch.labels.data(), await batch.labelsLength.data()]
    for (let i = 0; i < counts.length; i++) {
      const scores = { data: data.slice(i * places * classes, (i * places + counts[i]!) * classes), classes }
      const said = text(Array.from(labels.slice(i * 6, i * 6 + lengths[i]!)))
      const sample = { said, greedy: text(greedyCtc(scores)), beams: text(beamCtc(scores, { beams: options.beams })[0]!.labels) }
      greedy.add(sample.greedy, said)
      wide.add(sample.beams, said)
      samples.push(sample)
    }
  }
  await reader.dispose()
  for (const { said, greedy, beams } of samples.slice(0, 5)) console.log(`${said} → ${greedy} (greedy), ${beams} (${options.beams} beams)`)
  console.log(
    `\nWord error rate of ${samples.length} numbers: ${percent(greedy.value().rate)} greedy, ${percent(wide.value().rate)} with ${options.beams} beams; weights of epoch ${best.epoch}`,
  )
  const ports = { x: [1, FEATURES, 4 * FRAMES], lengths: { shape: [1], dtype: 'int32' } } as const
  await exportOnnx(model, ports, { file })
  const numbersOf = await OnnxModel.load(file, { threads: options.threads })
  const one = test[0]!
  const given = {
    x: tensor(digitFields([one]).x.data as Float32Array, [1, FEATURES, FRAMES]).pad([0, 0, 0], [0, 0, 3 * FRAMES]),
    lengths: tensor(Int32Array.of(one.frames.shape[0]!)),
  }
  const read = await (await numbersOf.predict(given)).output!.data()
  const expected = await (await runner(model).predict(given)).output!.data()
  const onnxMaxAbsDiff = Math.max(...Array.from(expected, (v, i) => Math.abs(v - read[i]!)))
  await numbersOf.dispose()
  return {
    model,
    history,
    figures: { greedy: greedy.value().rate, beams: wide.value().rate, bestEpoch: best.epoch, onnxMaxAbsDiff, samples: samples.slice(0, 5) },
  }
}

const {
  model,
  history,
  figures,
}: { model: SpokenDigitClassifier | SpeechRecognizer; history: History; figures: { onnxMaxAbsDiff: number } } = await (options.task ===
'digit'
  ? digit()
  : number())
await savePicture(join(options.out, 'curves.png'), await curves(history, { title: `${options.task} of ${options.data}` }))
await saveWeights(model, join(options.out, 'weights.safetensors'))
const seconds = (performance.now() - started) / 1000
console.log(
  `Exported ${file}; it differs from the model by at most ${figures.onnxMaxAbsDiff.toExponential(1)}. All of it took ${seconds.toFixed(1)} s.`,
)
await report(options, {
  task: options.task,
  heldOut: options.heldOut,
  ...figures,
  seconds,
  history: history.epochs.map(({ seconds: _, ...epoch }) => epoch),
})
