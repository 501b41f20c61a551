import { join } from 'node:path'
import {
  accuracy,
  adam,
  batchNormalization,
  convolution,
  crossEntropy,
  defaultRng,
  dense,
  dropout,
  flatten,
  lambda,
  maxPooling,
  seed,
  sequential,
  supervised,
  Trainer,
} from '@portolan/core'
import { checkpoints } from '@portolan/core/node'
import { digits, loader } from '@portolan/data'
import { exportOnnx, onnx, OnnxModel, verify } from '@portolan/export-onnx'

const { train, test } = digits({ train: 128, test: 32, seed: 3 })

/**
 * Goes on with one of two runs, by turns op by op and compiled, for some epochs: each is judged, saved and exported, and the file is
 * run and compared.
 * @param after what to do after each; it says whether to go on.
 */
export async function stretch(
  turn: number,
  { folder, rounds }: { folder: string; rounds: number },
  after: () => Promise<boolean>,
): Promise<void> {
  seed(7)
  const compiled = turn % 2 === 1
  const name = compiled ? 'compiled' : 'eager'
  const model = sequential(
    [1, 28, 28],
    [convolution(4, 3), batchNormalization(), lambda(x => x.relu()), maxPooling(2), flatten(), dropout(0.2), dense(10)],
  )
  const optimizer = adam(1e-3)
  const learn = supervised({ model, loss: crossEntropy, optimizer, metrics: { accuracy }, input: 'image', target: 'label' })
  const file = join(folder, `${name}.onnx`)
  const trainer = new Trainer({
    step: { ...learn, state: { model, optimizer, rng: defaultRng() } },
    ...(compiled && { engine: onnx({ threads: 1 }) }),
    progress: false,
    callbacks: [
      {
        epochEnd: async run => {
          const bytes = await exportOnnx(model, { x: ['n', 1, 28, 28] }, { file })
          await verify(model, bytes, { x: ['n', 1, 28, 28] }, { sizes: [1, 7] })
          const loaded = await OnnxModel.load(file)
          for await (const { image } of loader(test, { batchSize: 16 })) await loaded.predict({ x: image! })
          await loaded.dispose()
          if (!(await after())) run.stop('the time is over')
        },
      },
    ],
  })
  const data = loader(train, { batchSize: 32, shuffle: true })
  const epochs = rounds * (Math.floor(turn / 2) + 1) // of the whole run: what it did before is in the checkpoint
  await trainer.fit(data, {
    epochs,
    validation: loader(test, { batchSize: 16 }),
    checkpoint: checkpoints(join(folder, name), { resume: true, keepLast: 2, best: 'validation.loss', signals: false }),
  })
  await trainer.dispose()
}
