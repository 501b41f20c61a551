// What a page does with the published packages, whoever brought them into it.
import { Linear, compile, mse, seed, sgd, tensor } from '@portolan/core'
import { OnnxModel, exportOnnx, onnx } from '@portolan/export-onnx'

const x = tensor([[0], [1], [2], [3]])
const y = tensor([[1], [3], [5], [7]]) // y = 2x + 1

async function train(options) {
  seed(7)
  const model = new Linear(1, 1)
  const optimizer = sgd(0.1)
  let provider
  const engine = onnx({ ...options, onCompile: info => (provider = info.provider) })
  const step = compile((x, y) => optimizer.minimize(model, () => mse(model.forward(x), y)), { engine })
  const losses = []
  for (let i = 0; i < 100; i++) losses.push(await (await step(x, y)).item())
  await step.dispose()
  return { model, losses, provider }
}

globalThis.run = async asked => {
  const report = { isolated: crossOriginIsolated, engines: [] }
  for (const options of asked) {
    const { model, losses, provider } = await train(options)
    const line = await OnnxModel.load(await exportOnnx(model, { x: ['n', 1] }), { providers: ['wasm'] })
    const { output } = await line.predict({ x: tensor([[10], [-1]]) })
    report.engines.push({ provider, losses, at10: [...(await output.data())] })
    await line.dispose()
  }
  return report
}
