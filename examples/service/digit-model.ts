import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  accuracy,
  adam,
  convolution,
  crossEntropy,
  dense,
  flatten,
  lambda,
  maxPooling,
  seed,
  sequential,
  supervised,
  Trainer,
  type Tensor,
} from '@portolan/core'
import { digits, loader } from '@portolan/data'
import { exportOnnx, onnx, OnnxModel } from '@portolan/export-onnx'

const relu = lambda((x: Tensor) => x.relu())

/** The model in a file; the first time it is trained on generated digits, which takes some seconds. */
export async function digitModel(file: string, threads: number): Promise<OnnxModel> {
  if (!existsSync(file)) {
    seed(42)
    const model = sequential([1, 28, 28], [convolution(16, 3), relu, maxPooling(2), convolution(32, 3), relu, maxPooling(2), flatten(), dense(64), relu, dense(10)]) // prettier-ignore
    const { train, test } = digits({ seed: 42 })
    const trainer = new Trainer({
      step: supervised({ model, loss: crossEntropy, optimizer: adam(2e-3), metrics: { accuracy } }),
      engine: onnx({ threads }),
    })
    await trainer.fit(loader(train, { batchSize: 128, shuffle: true, seed: 42 }), {
      epochs: 4,
      validation: loader(test, { batchSize: 256 }),
    })
    await trainer.dispose()
    await mkdir(dirname(file), { recursive: true })
    await exportOnnx(
      model,
      { pixels: { shape: ['n', 1, 28, 28], dtype: 'uint8' } },
      { file, preprocess: x => x.cast('float32').div(255), postprocess: (scores: Tensor) => scores.softmax() },
    )
  }
  return OnnxModel.load(file, { threads })
}
