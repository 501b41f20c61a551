// Uses core with one other package, or none, and nothing else installed.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { compile, Linear, mse, ones, seed, sgd, tensor } from '@portolan/core'

const [name] = process.argv.slice(2)
const uses = {
  '@portolan/core': async () => 'trains',
  '@portolan/layers': async ({ GeMPool }) => `pools to [${new GeMPool().forward(ones([1, 2, 4, 4])).shape}]`,
  '@portolan/data': async ({ digits, loader }) => {
    for await (const { image } of loader(digits({ train: 8, test: 1 }).train, { batchSize: 8 })) return `loads [${image.shape}]`
  },
  '@portolan/vision': async vision => `has ${Object.keys(vision).length} exports`,
  '@portolan/nlp': async ({ characterTokenizer }) => `has a ${typeof characterTokenizer(['port to port'])} that reads characters`,
  '@portolan/rl': async ({ cliffWalking, valueIteration }) =>
    `walks along a cliff in ${-valueIteration(cliffWalking(), { discount: 1 }).values[36]} steps`,
  '@portolan/export-onnx': async ({ exportOnnx, OnnxModel }) => {
    const bytes = await exportOnnx(new Linear(1, 1), { x: ['n', 1] })
    if (existsSync('node_modules/onnxruntime-node')) return `exports ${bytes.length} bytes`
    await assert.rejects(OnnxModel.load(bytes), /npm install onnxruntime-node/)
    return `exports ${bytes.length} bytes, and says what it needs to run them`
  },
}

seed(7)
const model = new Linear(1, 1)
const optimizer = sgd(0.1)
const [x, y] = [tensor([[0], [1], [2], [3]]), tensor([[1], [3], [5], [7]])]
const step = compile(() => optimizer.minimize(model, () => mse(model.forward(x), y)))
const losses = []
for (let i = 0; i < 50; i++) losses.push(await (await step()).item())
assert(losses.at(-1) < losses[0] / 100, `the loss went from ${losses[0]} to ${losses.at(-1)} only`)
assert(uses[name], `${name}: alone.mjs does not know what to do with it`)
console.log(`core${name === '@portolan/core' ? '' : ` and ${name}`} alone: ${await uses[name](await import(name))}`)
