// Trains a forecaster on a series, compares it with repeating the day before, exports it to ONNX and draws what it foretells.
import { join } from 'node:path'
import { Option } from 'commander'
import { adam, exponentialDecay, mae, mse, seed, supervised, Trainer } from '@portolan/core'
import { curves } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { loader, type ArrayDataset } from '@portolan/data'
import { exportOnnx, verify } from '@portolan/export-onnx'
import { LinearForecaster, LSTMForecaster } from '@portolan/nlp'
import { command, engineOf, positive, prepare, report, type CommonOptions } from '../shared/command.ts'
import { KeepBest } from '../shared/keep-best.ts'
import { etth1, scaled, seasons, windows } from './data.ts'

const kinds = ['linear', 'lstm'] as const
const options = command(
  'forecasting',
  'Trains a forecaster on a series, judges it on its last part and exports it.',
  ['seasons', 'etth1'],
  32,
)
  .addOption(new Option('--model <kind>', 'which network').choices(kinds).default('linear'))
  .option('--history <n>', 'how many points it is given', positive)
  .option('--horizon <n>', 'how many it foretells', positive, 24)
  .option('--window <n>', 'points of the moving average, odd; 1: one linear map', positive, 25)
  .option('--rate <r>', 'learning rate (default: linear 0.002, lstm 0.001)', Number)
  .parse()
  .opts<CommonOptions & { model: (typeof kinds)[number]; history?: number; horizon: number; window: number; rate?: number }>()

const started = performance.now()
await prepare(options)
const series = options.data === 'etth1' ? await etth1() : seasons(options.seed)
const { channels, ends } = series
const { horizon } = options
const history = options.history ?? (options.model === 'lstm' ? 48 : options.data === 'etth1' ? 336 : 96)
const data = scaled(series)
const part = (from: number, to: number): ArrayDataset<'x' | 'y'> => windows(data, channels, [from, to], { history, horizon })
const [train, validation, test] = [part(0, ends[0]), part(ends[0], ends[1]), part(ends[1], ends[2])]
console.log(
  `Data: ${options.data}, ${channels} channels, ${history} points to foretell ${horizon}; ${train.length} windows to train, ${validation.length} to validate, ${test.length} to test`,
)

/** Repeats the last day: what every model must beat. */
function yesterday(): { mse: number; mae: number } {
  let [squares, sums, count] = [0, 0, 0]
  for (let i = 0; i < test.length; i++)
    for (let t = 0; t < horizon; t++)
      for (let c = 0; c < channels; c++) {
        const now = ends[1] + i + t
        const error = data[now * channels + c]! - data[(ends[1] + i - 24 + (t % 24)) * channels + c]!
        squares += error ** 2
        sums += Math.abs(error)
        count++
      }
  return { mse: squares / count, mae: sums / count }
}

seed(options.seed)
const sizes = { channels, history, horizon }
const model =
  options.model === 'linear' ? new LinearForecaster({ ...sizes, window: options.window }) : new LSTMForecaster({ ...sizes, dropout: 0.1 })
const batches = loader(train, { batchSize: options.batchSize, shuffle: true, seed: options.seed })
const rate = options.rate ?? (options.model === 'linear' ? 2e-3 : 1e-3)
const optimizer = adam(rate, { schedule: exponentialDecay(0.7 ** (1 / batches.length)) }) // each epoch at 0.7 of the rate before
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
console.log(`\nTest: MSE ${judged['loss']!.toFixed(4)}, MAE ${judged['mae']!.toFixed(4)} with the weights of epoch ${best.epoch}`)
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
  yesterday: before,
  bestEpoch: best.epoch,
  onnxMaxAbsDiff: maxAbsDiff,
  seconds,
  epochs: run.epochs.map(({ seconds: _, ...epoch }) => epoch),
})
await trainer.dispose()
