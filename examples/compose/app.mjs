// An app from packages as they are installed: pictures from `data`, a residual network from `vision`, training from `core`, one ONNX
// file from `export-onnx`. It learns to name shapes, and tells of one picture what it shows and where it looked.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { accuracy, adam, crossEntropy, seed, supervised, tensor, Trainer, warmupCosine } from '@portolan/core'
import { imageGrid } from '@portolan/core/draw'
import { savePicture } from '@portolan/core/node'
import { loader, shapes, toFloat } from '@portolan/data'
import { readImage, writeImage } from '@portolan/data/node'
import { exportOnnx, onnx, OnnxModel } from '@portolan/export-onnx'
import { CifarResNet, gradCam, heatPicture } from '@portolan/vision'

const out = process.argv[2] ?? 'out/compose'
await mkdir(out, { recursive: true })
seed(1)

// data: pictures of shapes, made by rule
const { train, test, classes } = shapes({ size: 32, objects: 1, train: 1200, test: 200, seed: 1 })
const model = new CifarResNet(8, { numClasses: classes.length })
const { mean, std } = model.preprocessing
const transform = toFloat({ mean, std, fields: ['image'] })
const batches = loader(train, { batchSize: 50, shuffle: true, seed: 1, transform })

// core trains, vision's model learns, export-onnx computes
const epochs = 10
const steps = epochs * batches.length
const optimizer = adam(5e-3, { schedule: warmupCosine(steps / 10, steps) })
const engine = onnx()
const trainer = new Trainer({
  step: supervised({ model, loss: crossEntropy, optimizer, metrics: { accuracy }, input: 'image', target: 'label' }),
  engine,
})
const history = await trainer.fit(batches, { epochs, validation: loader(test, { batchSize: 100, transform }) })
await trainer.dispose()
console.log(`Named rightly: ${(100 * history.last().validation.accuracy).toFixed(1)} % of unseen pictures`)

// one file that takes pixels and gives probabilities
const file = join(out, 'shapes.onnx')
await exportOnnx(
  model,
  { pixels: { shape: ['n', 3, 32, 32], dtype: 'uint8' } },
  {
    file,
    preprocess: x =>
      x
        .cast('float32')
        .div(255)
        .sub(tensor([...mean], [3, 1, 1]))
        .div(tensor([...std], [3, 1, 1])),
    postprocess: scores => scores.softmax(),
  },
)

// a picture file is read and named by the ONNX file alone
const picture = join(out, 'shape.png')
const { image, label } = test.at(0)
await writeImage(picture, image)
const pixels = await readImage(picture, { width: 32, height: 32 })
const reader = await OnnxModel.load(file)
const { output } = await reader.predict({ pixels: tensor(pixels.data, [1, ...pixels.shape]) })
const probabilities = Array.from(await output.data())
const best = probabilities.indexOf(Math.max(...probabilities))
await reader.dispose()
console.log(`${picture} shows a ${classes[best]} (${(100 * probabilities[best]).toFixed(0)} %); it is a ${classes[label.data[0]]}`)

// where it looked
const x = transform(test.gather([0])).image
const { map } = await gradCam(model, tensor(x.data, x.shape), { target: tensor(Int32Array.of(best)), engine })
const heat = heatPicture(image, await map.div(map.max()).data())
await savePicture(join(out, 'looked.png'), await imageGrid([image, heat], { columns: 2, captions: [classes[best], 'where it looked'] }))
console.log(`Pictures and the model are in ${out}/`)
