// A small training that can be killed: `trainee.ts FOLDER RESULT [--engine eager|onnx] [--die POINT:N] [--slow MS] [--no-checkpoint]`.
// It goes on from the folder's last checkpoint and writes everything it ends with to RESULT: bits, not digits.
import { parseArgs } from 'node:util'
import {
  accuracy,
  adam,
  batchNormalization,
  crossEntropy,
  defaultRng,
  dense,
  dropout,
  earlyStopping,
  flatten,
  lambda,
  PortolanError,
  reduceOnPlateau,
  seed,
  sequential,
  split,
  supervised,
  Trainer,
  warmupCosine,
  type Callback,
} from '@portolan/core'
import { checkpoints, csvLogger, writeFileAtomic } from '@portolan/core/node'
import { ArrayDataset, digits, loader } from '@portolan/data'
import { onnx } from '@portolan/export-onnx'
import { deadlyFiles, type Point } from './deadly-files.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'onnx' },
    die: { type: 'string' },
    slow: { type: 'string', default: '0' },
    'no-checkpoint': { type: 'boolean' },
  },
})
const [folder, result] = positionals as [string, string]
const epochs = 4

seed(7)
const { image, label } = digits({ train: 150, test: 1, seed: 3 }).train.fields
const row = { data: Int32Array.from({ length: 150 }, (_, i) => i), shape: [150] }
const [train, test] = new ArrayDataset({ image, label, row }).split(0.8, 1)
const model = sequential(
  [1, 28, 28],
  [flatten(), dense(24, { bias: false }), batchNormalization(), lambda(x => x.relu()), dropout(0.4), dense(10)],
)
const optimizer = adam(3e-3, { schedule: warmupCosine(5, 60), clipNorm: 1 })
const learn = supervised({ model, loss: crossEntropy, optimizer, metrics: { accuracy }, input: 'image', target: 'label' })

/** Which samples each step was given, in order. */
const order: number[] = []
const orderCallback: Callback = {
  key: 'order',
  batchEnd: async ({ logs, step }) => {
    order.push(logs['rows']!)
    if (process.send) process.send(step)
    await new Promise(resolve => setTimeout(resolve, Number(values.slow)))
  },
  state: () => [...order],
  restore: state => void order.splice(0, Infinity, ...(state as number[])),
}
const trainer = new Trainer({
  step: {
    ...learn,
    train: batch => ({ ...learn.train(batch), rows: batch['row']!.cast('float32').mul(batch['row']!.cast('float32')).sum() }),
  },
  ...(values.engine === 'onnx' && { engine: onnx({ threads: 1 }) }),
  callbacks: [reduceOnPlateau(optimizer, { patience: 1 }), earlyStopping({ patience: 9 }), orderCallback, csvLogger(`${folder}.csv`)],
  progress: false,
})
const [point, nth] = values.die?.split(':') ?? []
try {
  await trainer.fit(loader(train, { batchSize: 16, shuffle: true, seed: 5 }), {
    epochs,
    validation: loader(test, { batchSize: 30 }),
    ...(!values['no-checkpoint'] && {
      checkpoint: checkpoints(folder, {
        resume: true,
        everySteps: 3,
        best: 'validation.loss',
        ...(point !== undefined && { files: deadlyFiles(point as Point, Number(nth)) }),
      }),
    }),
  })
} catch (error) {
  if (!(error instanceof PortolanError)) throw error
  console.log(JSON.stringify({ code: error.code, message: error.message }))
  process.exit(3)
}
const bytes = (t: { dataSync(): ArrayBufferView }): string => {
  const { buffer, byteOffset, byteLength } = t.dataSync()
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}
const end = {
  state: Object.fromEntries(Object.entries(split(trainer.state)[0]!).map(([path, t]) => [path, bytes(t)])),
  random: bytes(defaultRng().state.value),
  history: trainer.history.epochs.map(({ seconds: _, ...epoch }) => epoch),
  order,
}
await writeFileAtomic(result, JSON.stringify(end))
await trainer.dispose()
