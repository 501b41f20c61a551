// Trains a forecaster on a series, compares it with repeating the day before, exports it to ONNX and draws what it foretells.
import { join } from 'node:path'
import { Option } from 'commander'
import { adam, exponentialDecay, mae, mse, seed, supervised, Trainer } from '@portolan/core'
import { curves } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { forecastWindows, loader, seasonalSeries, standardScaler, type Field } from '@portolan/data'
import { etth1, type SplitSeries } from '@portolan/data/node'
import { exportOnnx, verify } from '@portolan/export-onnx'
import { LinearForecaster, LSTMForecaster } from '@portolan/nlp'
import { atLeast, command, engineOf, positive, prepare, report, type CommonOptions } from '../shared/command.ts'
import { KeepBest } from '../shared/keep-best.ts'

const kinds = ['linear', 'lstm'] as const
const options = command(
  'forecasting',
  'Trains a forecaster on a series, judges it on its last part and exports it.',
  ['seasons', 'etth1'],
  32,
)
  .addOption(new Option('--model <kind>', 'which network').choices(kinds).default('linear'))
  .option('--history <n>', 'how many points it is given, a day or more (default: linear 96, lstm 48)', atLeast(24))
  .option('--horizon <n>', 'how many it foretells', positive, 24)
  .option('--window <n>', 'points of the moving average, odd; 1: one linear map', positive, 25)
  .option('--per-channel', 'linear maps for each channel')
  .option('--rate <r>', 'learning rate (default: linear 0.002, lstm 0.001)', Number)
  .option('--fall <f>', 'what the rate is multiplied by in each epoch', Number, 0.7)
  .parse()
  .opts<
    CommonOptions & {
      model: (typeof kinds)[number]
      history?: number
      horizon: number
      window: number
      perChannel?: boolean
      rate?: number
      fall: number
    }
  >()

const started = performance.now()
await prepare(options)
const { horizon } = options
const history = options.history ?? (options.model === 'lstm' ? 48 : 96)

/** A series made by rule in three parts; each but the first begins so early that its first window foretells its first point. */
function seasons(): SplitSeries {
  const { data, shape } = seasonalSeries({ length: 2_400, seed: options.seed })
  const channels = shape[1]!
  const part = (from: number, to: number): Field => ({
    data: data.subarray(from * channels, to * channels),
    shape: [to - from, channels],
  })
  const names = Array.from({ length: channels }, (_, c) => String(c))
  return { train: part(0, 1_600), validation: part(1_600 - history, 2_000), test: part(2_000 - history, 2_400), names }
}
const series = options.data === 'etth1' ? await etth1({ past: history }) : seasons()
const channels = series.names.length
const scaler = standardScaler(series.train)
const windows = (part: Field) => forecastWindows(scaler.apply(part), { past: history, horizon })
const [train, validation, test] = [windows(series.train), windows(series.validation), windows(series.test)]
console.log(
  `Data: ${options.data}, ${channels} channels, ${history} points to foretell ${horizon}; ${train.length} windows to train, ${validation.length} to validate, ${test.length} to test`,
)

/** Repeats the last day: what every model must beat. */
function yesterday(): { mse: number; mae: number } {
  let [squares, sums, count] = [0, 0, 0]
  for (let i = 0; i < test.length; i++) {
    const { x, y } = test.at(i)
    y.data.forEach((v, k) => {
      const error = v - x.data[(history - 24) * channels + (k % (24 * channels))]!
      squares += error ** 2
      sums += Math.abs(error)
      count++
    })
  }
  return { mse: squares / count, mae: sums / count }
}

seed(options.seed)
const sizes = { channels, history, horizon }
const model =
  options.model === 'linear'
    ? new LinearForecaster({ ...sizes, window: options.window, perChannel: options.perChannel ?? false })
    : new LSTMForecaster({ ...sizes, dropout: 0.1 })
const batches = loader(train, { batchSize: options.batchSize, shuffle: true, seed: options.seed })
const rate = options.rate ?? (options.model === 'linear' ? 2e-3 : 1e-3)
const optimizer = adam(rate, { schedule: exponentialDecay(options.fall ** (1 / batches.length)) })
const best = new KeepBest(model, 'loss', 'min')
const trainer = new Trainer({
  step: supervised({ model, loss: mse, optimizer, metrics: { mae } }),
  ...engineOf(options),
  callbacks: [best],
})
const run = await trainer.fit(batches, { epochs: options.epochs ?? 6, validation: loader(validation, { batchSize: 256 }) })
best.putBack()
const judged = await trainer.evaluate(loader(test, { batchSize: 256 }))
const before = yesterday()
console.log(
  `\nTest: MSE ${judged['loss']!.toFixed(4)}, MAE ${judged['mae']!.toFixed(4)} with the weights of epoch ${best.epoch} (validation ${best.value.toFixed(4)})`,
)
console.log(`Repeating the day before: MSE ${before.mse.toFixed(4)}, MAE ${before.mae.toFixed(4)}`)

await savePicture(join(options.out, 'curves.png'), await curves(run, { title: `${options.model} on ${options.data}` }))
await saveWeights(model, join(options.out, 'weights.safetensors'))
const file = join(options.out, 'model.onnx')
const ports = { x: ['n', history, channels] }
await exportOnnx(model, ports, { file })
const { maxAbsDiff } = await verify(model, file, ports)
const seconds = (performance.now() - started) / 1000
console.log(
  `Exported ${file}; it differs from the model by at most ${maxAbsDiff.toExponential(1)}. All of it took ${seconds.toFixed(1)} s.`,
)
await report(options, {
  model: options.model,
  history,
  horizon,
  mse: judged['loss'],
  mae: judged['mae'],
  validation: best.value,
  yesterday: before,
  bestEpoch: best.epoch,
  onnxMaxAbsDiff: maxAbsDiff,
  seconds,
  epochs: run.epochs.map(({ seconds: _, ...epoch }) => epoch),
})
await trainer.dispose()
