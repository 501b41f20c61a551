// What a user of the published packages writes. It is compiled and run as an ES module and as CommonJS.
import { Linear, compile, mse, seed, sgd, tensor, type Engine } from '@portolan/core'
import { curves } from '@portolan/core/draw'
import { loadWeights, saveWeights, svgToPng } from '@portolan/core/node'
import { ArrayDataset, loader, type Batch } from '@portolan/data'
import { OnnxModel, exportOnnx, onnx } from '@portolan/export-onnx'

const points = new ArrayDataset({
  x: { data: Float32Array.of(0, 1, 2, 3), shape: [4, 1] },
  y: { data: Float32Array.of(1, 3, 5, 7), shape: [4, 1] }, // y = 2x + 1
})

async function train(engine?: Engine): Promise<{ model: Linear; losses: number[] }> {
  seed(7)
  const model = new Linear(1, 1)
  const optimizer = sgd(0.1)
  const step = compile(({ x, y }: Batch<'x' | 'y'>) => optimizer.minimize(model, () => mse(model.forward(x), y)), { engine })
  const losses: number[] = []
  for (let epoch = 0; epoch < 100; epoch++) {
    for await (const batch of loader(points, { batchSize: 4 })) losses.push(await (await step(batch)).item())
  }
  await step.dispose()
  return { model, losses }
}

async function main(): Promise<void> {
  const eager = await train()
  const { model, losses } = await train(onnx())

  await saveWeights(model, 'line.safetensors')
  const again = await loadWeights(new Linear(1, 1), 'line.safetensors')
  await exportOnnx(again, { x: ['n', 1] }, { file: 'line.onnx' })
  const line = await OnnxModel.load('line.onnx')
  const { output } = await line.predict({ x: tensor([[10], [-1]]) })

  const svg = await curves({ epochs: losses.map((loss, i) => ({ epoch: i + 1, logs: { loss } })) })
  const png = await svgToPng(svg)
  console.log(
    JSON.stringify({ eager: eager.losses, compiled: losses, at10: [...(await output!.data())], png: [...png.subarray(1, 4), png.length] }),
  )
}

void main()
