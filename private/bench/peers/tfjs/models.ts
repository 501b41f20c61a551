import type { BenchmarkName } from '../../benchmarks.ts'
import {
  basicBlock,
  batchNorm,
  bidirectionalGru,
  chain,
  convolution,
  dense,
  embedding,
  flatten,
  gruCell,
  layerNorm,
  leaky,
  lstm,
  parameter,
  pool,
  relu,
  transformerBlock,
  transposed,
  weights,
  type Layer,
} from './layers.ts'
import { tf, type T, type T4, type V } from './tf.ts'

/** Makes a model and its optimizers; a step gives its losses. */
type Make = () => (batch: Record<string, T>) => T[]

const adam = (lr = 1e-3, beta1 = 0.9) => tf.train.adam(lr, beta1, 0.999, 1e-8)

/** What was made meanwhile, and its variables. */
function owned<R>(make: () => R): [R, V[]] {
  const before = weights.length
  return [make(), weights.slice(before)]
}

/** labels: whole numbers of any shape; logits [count, classes] */
const crossEntropy = (labels: T, logits: T): T =>
  tf.losses.softmaxCrossEntropy(tf.oneHot(tf.reshape(labels, [-1]) as never, logits.shape[1]!), logits)

const classifier =
  (make: () => Layer): Make =>
  () => {
    const model = make()
    const optimizer = adam()
    return ({ x, y }) => [optimizer.minimize(() => crossEntropy(y!, model(x!)) as never, true, weights)!]
  }

const perceptron = (...widths: number[]): Layer =>
  chain(...widths.slice(1).flatMap((to, i) => [...(i ? [relu] : []), dense(widths[i]!, to)]))

function gpt(words: number, t: number, d: number, heads: number, depth: number): Layer {
  const [token, position] = [embedding(words, d), parameter([t, d], 1)]
  const mask = tf.keep(tf.tidy(() => tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([t, t]), -1, 0)), -1e9)))
  const blocks = Array.from({ length: depth }, () => transformerBlock(d, heads, mask))
  return chain(
    x => tf.add(token(x), position),
    ...blocks,
    layerNorm(d),
    dense(d, words),
    x => tf.reshape(x, [-1, words]),
  )
}

function vit(size: number, patch: number, d: number, heads: number, depth: number): Layer {
  const count = (size / patch) ** 2
  const [token, positions] = [parameter([1, 1, d], 0.02), parameter([count + 1, d], 0.02)]
  const patches = convolution(3, d, { kernel: patch, stride: patch })
  const blocks = Array.from({ length: depth }, () => transformerBlock(d, heads))
  return chain(
    x => tf.concat([tf.tile(token, [x.shape[0]!, 1, 1]), tf.reshape(patches(x), [-1, count, d])], 1),
    x => tf.add(x, positions),
    ...blocks,
    layerNorm(d),
    x => tf.squeeze(tf.slice(x, [0, 0, 0], [-1, 1, -1]), [1]),
    dense(d, 10),
  )
}

const seq2seq: Make = () => {
  const [words, e, hidden] = [4000, 128, 256]
  const [source, target] = [embedding(words, e), embedding(words, e)]
  const encoder = bidirectionalGru(e, hidden)
  const [bridge, key, query] = [dense(2 * hidden, hidden), dense(2 * hidden, hidden), dense(hidden, hidden, false)]
  const [energy, cell, out] = [dense(hidden, 1, false), gruCell(e + 2 * hidden, hidden), dense(hidden, words)]
  const forward = (from: T, to: T): T => {
    const [memory, ends] = encoder(source(from))
    const keys = key(memory)
    let h = tf.tanh(bridge(ends))
    const states = tf.unstack(target(to), 1).map(word => {
      const energies = tf.squeeze(energy(tf.tanh(tf.add(keys, tf.expandDims(query(h), 1)))), [2]) // [n, s]
      const context = tf.matMul(tf.expandDims(tf.softmax(energies), 1), memory) // [n, 1, 2·hidden]
      h = cell(tf.concat([word, tf.squeeze(context, [1])], 1), h)
      return h
    })
    return tf.reshape(out(tf.stack(states, 1)), [-1, words])
  }
  const optimizer = adam()
  return ({ source: from, target: to }) => {
    const [n, t] = to!.shape as [number, number]
    const loss = (): T => crossEntropy(tf.slice(to!, [0, 1], [n, t - 1]), forward(from!, tf.slice(to!, [0, 0], [n, t - 1])))
    return [optimizer.minimize(loss as never, true, weights)!]
  }
}

const dcgan: Make = () => {
  const twice = (from: number, to: number): Layer[] => [transposed(from, to, { bias: false }), batchNorm(to), leaky]
  const unflatten: Layer = x => tf.reshape(x, [-1, 7, 7, 128])
  const [generator, own] = owned(() =>
    chain(dense(100, 128 * 49, false), unflatten, batchNorm(128), leaky, ...twice(128, 64), transposed(64, 1), x => tf.tanh(x)),
  )
  const half = (from: number, to: number): Layer[] => [convolution(from, to, { stride: 2, padding: 1 }), leaky]
  const [discriminator, others] = owned(() => chain(...half(1, 32), ...half(32, 64), flatten, dense(64 * 49, 1)))
  const [gOptimizer, dOptimizer] = [adam(2e-4, 0.5), adam(2e-4, 0.5)]
  const judged = (as: 0 | 1, x: T): T => {
    const logits = discriminator(x)
    return tf.losses.sigmoidCrossEntropy(tf.fill(logits.shape, as), logits)
  }
  return ({ image, z }) => {
    const d = dOptimizer.minimize(() => tf.add(judged(1, image!), judged(0, generator(z!))) as never, true, others)!
    const g = gOptimizer.minimize(() => judged(1, generator(z!)) as never, true, own)!
    return [d, g]
  }
}

const dqn: Make = () => {
  const net = (): Layer => perceptron(4, 128, 128, 2)
  const [[online, own], [target, slow]] = [owned(net), owned(net)]
  slow.forEach((v, i) => v.assign(own[i]!))
  const optimizer = adam()
  const taken = (q: T, action: T): T => tf.sum(tf.mul(q, tf.oneHot(action as never, 2)), 1)
  return ({ state, action, reward, next, done }) => {
    const future = tf.mul(taken(target(next!), tf.argMax(online(next!), 1)), tf.cast(tf.equal(done!, 0), 'float32'))
    const wanted = tf.add(reward!, tf.mul(future, 0.99))
    const loss = optimizer.minimize(() => tf.losses.huberLoss(wanted, taken(online(state!), action!)) as never, true, own)!
    slow.forEach((v, i) => v.assign(tf.add(v, tf.mul(tf.sub(own[i]!, v), 0.005))))
    return [loss]
  }
}

const mean: Layer = x => tf.mean(x, [1, 2])

export const models: Readonly<Record<BenchmarkName, Make>> = {
  mlp: classifier(() => perceptron(784, 512, 256, 10)),
  tiny: classifier(() => perceptron(4, 64, 2)),
  big: classifier(() => perceptron(784, 2048, 4096, 10)),
  cnn: classifier(() => chain(convolution(1, 32), relu, pool, convolution(32, 64), relu, pool, flatten, perceptron(1600, 128, 10))),
  cifar: classifier(() =>
    chain(convolution(3, 32), relu, pool, convolution(32, 64), relu, pool, convolution(64, 64), relu, flatten, perceptron(1024, 64, 10)),
  ),
  lstm: classifier(() => chain(embedding(10000, 64), lstm(64, 128), dense(128, 2))),
  bigru: classifier(() => {
    const [embed, gru, out] = [embedding(10000, 64), bidirectionalGru(64, 128), dense(256, 2)]
    return x => out(gru(embed(x))[1])
  }),
  gpt: classifier(() => gpt(65, 64, 128, 4, 4)),
  vit: classifier(() => vit(32, 4, 192, 3, 6)),
  resnet: classifier(() =>
    chain(
      convolution(3, 16, { padding: 1, bias: false }),
      batchNorm(16),
      relu,
      basicBlock(16, 16, 1),
      basicBlock(16, 32, 2),
      basicBlock(32, 64, 2),
      mean,
      dense(64, 10),
    ),
  ),
  resnet18: classifier(() => {
    const layer = (from: number, to: number, stride = 2): Layer[] => [basicBlock(from, to, stride), basicBlock(to, to, 1)]
    return chain(
      convolution(3, 64, { kernel: 7, stride: 2, padding: 3, bias: false }),
      batchNorm(64),
      relu,
      x => tf.maxPool(x as T4, 3, 2, 1),
      ...layer(64, 64, 1),
      ...layer(64, 128),
      ...layer(128, 256),
      ...layer(256, 512),
      mean,
      dense(512, 200),
    )
  }),
  seq2seq,
  dcgan,
  dqn,
}
