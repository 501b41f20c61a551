// Learns what ratings have in common, on five splits, beside a model of biases alone; exports the last one and recommends.
import { join } from 'node:path'
import { Option } from 'commander'
import { adamW, exponentialDecay, mse, seed, supervised, tensor, Trainer, variables, type Module, type Tensor } from '@portolan/core'
import { curves } from '@portolan/core/draw'
import { savePicture, saveWeights } from '@portolan/core/node'
import { loader } from '@portolan/data'
import { exportOnnx, OnnxModel, verify } from '@portolan/export-onnx'
import { MatrixFactorization, NeuralCollaborativeFiltering } from '@portolan/nlp'
import { command, engineOf, positive, prepare, report, type CommonOptions } from '../shared/command.ts'
import { KeepBest } from '../shared/keep-best.ts'
import { movielens, split, tastes } from './data.ts'

const kinds = ['factors', 'neural'] as const
const options = command(
  'ratings',
  'Learns ratings by factors or a small network, on five splits, beside a model of biases alone.',
  ['tastes', 'movielens'],
  256,
)
  .addOption(new Option('--model <kind>', 'which network').choices(kinds).default('factors'))
  .option('--splits <n>', 'how many of the five splits', positive, 5)
  .option('--dim <n>', 'numbers that describe a user, and a film', positive, 16)
  .option('--decay <λ>', 'weight decay of these numbers (default: 0.1, for the neural model 0.01)', Number)
  .option('--rate <r>', 'learning rate', Number, 5e-3)
  .parse()
  .opts<CommonOptions & { model: (typeof kinds)[number]; splits: number; dim: number; decay?: number; rate: number }>()

const started = performance.now()
await prepare(options)
const ratings = options.data === 'movielens' ? await movielens() : tastes(options.seed)
const { users, items } = ratings
const mean = ratings.rating.reduce((a, b) => a + b, 0) / ratings.rating.length
console.log(
  `Data: ${options.data}, ${ratings.rating.length.toLocaleString('en-US')} ratings by ${users} users of ${items} items, mean ${mean.toFixed(3)}`,
)

type Model = Module & { forward(user: Tensor, item: Tensor): Tensor }
const decay = options.decay ?? (options.model === 'neural' ? 0.01 : 0.1)

async function learn(model: Model, part: number) {
  const { train, validation, test } = split(ratings, options.seed, part)
  const batches = loader(train, { batchSize: options.batchSize, shuffle: true, seed: options.seed })
  const optimizer = adamW(options.rate, { weightDecay: decay, schedule: exponentialDecay(0.8 ** (1 / batches.length)) })
  const step = supervised({ model, loss: mse, optimizer, input: ['user', 'item'], target: 'rating' })
  const best = new KeepBest(model, 'loss', 'min')
  const trainer = new Trainer({ step, ...engineOf(options), callbacks: [best], progress: false })
  const history = await trainer.fit(batches, { epochs: options.epochs ?? 12, validation: loader(validation, { batchSize: 4096 }) })
  best.putBack()
  const { loss } = await trainer.evaluate(loader(test, { batchSize: 4096 }))
  await trainer.dispose()
  return { rmse: Math.sqrt(loss!), epoch: best.epoch, history }
}

const results: { part: number; biases: number; rmse: number }[] = []
let last: { model: Model; history: Awaited<ReturnType<typeof learn>>['history'] } | undefined
for (let part = 0; part < options.splits; part++) {
  const make = (dim: number): Model => {
    seed(options.seed)
    return new MatrixFactorization({ users, items, dim, mean })
  }
  const biases = await learn(make(0), part)
  let model = make(options.dim)
  if (options.model === 'neural') {
    seed(options.seed)
    const neural = new NeuralCollaborativeFiltering({ users, items, dim: options.dim, dropout: 0.2 })
    for (const [path, v] of variables(neural)) if (path === 'out.bias') v.value = tensor([mean])
    model = neural
  }
  const learned = await learn(model, part)
  results.push({ part, biases: biases.rmse, rmse: learned.rmse })
  last = { model, history: learned.history }
  console.log(
    `Split ${part + 1}: RMSE ${learned.rmse.toFixed(4)} (epoch ${learned.epoch}), biases alone ${biases.rmse.toFixed(4)} (epoch ${biases.epoch})`,
  )
}
const { model, history } = last!
await savePicture(join(options.out, 'curves.png'), await curves(history, { title: `${options.model} on ${options.data}` }))
await saveWeights(model, join(options.out, 'weights.safetensors'))
const file = join(options.out, 'model.onnx')
const ports = { user: { shape: ['n'], dtype: 'int32' }, item: { shape: ['n'], dtype: 'int32' } } as const
await exportOnnx(model, ports, { file })
const { maxAbsDiff } = await verify(model, file, ports)

// Recommend: the items that the first user has not rated, best first.
const onnx = await OnnxModel.load(file)
const rated = new Set(ratings.item.filter((_, i) => ratings.user[i] === 0))
const open = Int32Array.from({ length: items }, (_, i) => i).filter(i => !rated.has(i))
const scores = await (await onnx.predict({ user: tensor(new Int32Array(open.length)), item: tensor(open) })).output!.data()
const top = [...open.keys()].toSorted((a, b) => scores[b]! - scores[a]!).slice(0, 5)
console.log(`For the first user: ${top.map(k => `item ${open[k]} (${scores[k]!.toFixed(2)})`).join(', ')}`)
const seconds = (performance.now() - started) / 1000
console.log(
  `Exported ${file}; it differs from the model by at most ${maxAbsDiff.toExponential(1)}. All of it took ${seconds.toFixed(1)} s.`,
)
await report(options, { model: options.model, results, onnxMaxAbsDiff: maxAbsDiff, seconds })
await onnx.dispose()
