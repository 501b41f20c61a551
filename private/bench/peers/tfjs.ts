// TensorFlow.js as a peer of the benchmark: tfjs.ts JSON { model, threads, warmups }. Its own layout (NHWC) and gradients, on the
// wasm backend where that can train the model and on the cpu backend elsewhere.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { batchCount } from '../benchmark.ts'
import type { BenchmarkName } from '../benchmarks.ts'
import { tasks, type Task } from '../tasks.ts'
import { serve } from './serve.ts'

console.warn = console.info = () => {} // importing prints a banner
const tf = await import('@tensorflow/tfjs')
const wasm = await import('@tensorflow/tfjs-backend-wasm')
type T = import('@tensorflow/tfjs').Tensor
type V = import('@tensorflow/tfjs').Variable

const { model: name, threads, warmups } = JSON.parse(process.argv[2]!) as { model: BenchmarkName; threads: number; warmups: number }
const task: Task = tasks[name]
const weights: V[] = []

const variable = (shape: number[], deviation: number, trainable = true): V =>
  tf.variable(deviation ? tf.randomNormal(shape, 0, deviation) : tf.zeros(shape), trainable)
const parameter = (shape: number[], deviation: number): V => {
  const v = variable(shape, deviation)
  weights.push(v)
  return v
}
type Layer = (x: T) => T
const chain =
  (...layers: Layer[]): Layer =>
  x =>
    layers.reduce((y, layer) => layer(y), x)
const relu: Layer = x => tf.relu(x)
const pool: Layer = x => tf.maxPool(x as import('@tensorflow/tfjs').Tensor4D, 2, 2, 'valid')
const flatten: Layer = x => tf.reshape(x, [x.shape[0]!, -1])

function dense(from: number, to: number): Layer {
  const [w, b] = [parameter([from, to], Math.sqrt(1 / from)), parameter([to], 0)]
  return x => {
    const y = tf.add(tf.matMul(x.rank === 2 ? x : tf.reshape(x, [-1, from]), w), b)
    return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), to])
  }
}

function convolution(from: number, to: number, { kernel = 3, stride = 1, padding = 0, bias = true } = {}): Layer {
  const w = parameter([kernel, kernel, from, to], Math.sqrt(2 / (kernel * kernel * from))) as unknown as import('@tensorflow/tfjs').Tensor4D
  const b = bias ? parameter([to], 0) : undefined
  return x => {
    const y = tf.conv2d(x as import('@tensorflow/tfjs').Tensor4D, w, stride, padding)
    return b ? tf.add(y, b) : y
  }
}

function batchNorm(channels: number): Layer {
  const [scale, offset] = [parameter([channels], 0), parameter([channels], 0)]
  scale.assign(tf.ones([channels]))
  const running = [variable([channels], 0, false), variable([channels], 0, false)] as const
  return x => {
    const { mean, variance } = tf.moments(x, [0, 1, 2])
    const follow = (v: V, now: T) => v.assign(tf.add(tf.mul(v, 0.9), tf.mul(now, 0.1)))
    follow(running[0], mean)
    follow(running[1], variance)
    return tf.batchNorm(x, mean as never, variance as never, offset as never, scale as never, 1e-5)
  }
}

function layerNorm(d: number): Layer {
  const [scale, offset] = [parameter([d], 0), parameter([d], 0)]
  scale.assign(tf.ones([d]))
  return x => {
    const { mean, variance } = tf.moments(x, -1, true)
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), scale), offset)
  }
}

/** A product with one-hot rows: the gradient of a gather exists on the cpu backend only, where it goes through all ids once for every word. */
function embedding(words: number, d: number): Layer {
  const w = parameter([words, d], 1)
  return ids => tf.reshape(tf.matMul(tf.oneHot(tf.reshape(ids, [-1]) as never, words), w), [...ids.shape, d])
}

/** ids [n, t] → the last h [n, hidden] */
function lstm(from: number, hidden: number): Layer {
  const input = dense(from, 4 * hidden)
  const recurrent = dense(hidden, 4 * hidden)
  return x => {
    const start = tf.zeros([x.shape[0]!, hidden])
    let [h, c]: [T, T] = [start, start]
    for (const z of tf.unstack(input(x), 1)) {
      const [i, f, g, o] = tf.split(tf.add(z, recurrent(h)), 4, 1) as [T, T, T, T]
      c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)))
      h = tf.mul(tf.sigmoid(o), tf.tanh(c))
    }
    return h
  }
}

const gelu: Layer = x => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))

function gpt(words: number, t: number, d: number, heads: number, depth: number): Layer {
  const token = embedding(words, d)
  const position = parameter([t, d], 1)
  const mask = tf.keep(tf.tidy(() => tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([t, t]), -1, 0)), -1e9)))
  const block = (): Layer => {
    const [norm1, qkv, proj, norm2] = [layerNorm(d), dense(d, 3 * d), dense(d, d), layerNorm(d)]
    const mlp = chain(dense(d, 4 * d), gelu, dense(4 * d, d))
    return x => {
      const n = x.shape[0]!
      const split = tf.transpose(tf.reshape(qkv(norm1(x)), [n, t, 3, heads, d / heads]), [2, 0, 3, 1, 4]) // [3, n, heads, t, d / heads]
      const [q, k, v] = tf.unstack(split) as [T, T, T]
      const scores = tf.softmax(tf.add(tf.matMul(tf.mul(q, 1 / Math.sqrt(d / heads)), k, false, true), mask))
      x = tf.add(x, proj(tf.reshape(tf.transpose(tf.matMul(scores, v), [0, 2, 1, 3]), [n, t, d])))
      return tf.add(x, mlp(norm2(x)))
    }
  }
  const blocks = Array.from({ length: depth }, block)
  return chain(
    x => tf.add(token(x), position),
    ...blocks,
    layerNorm(d),
    dense(d, words),
    x => tf.reshape(x, [-1, words]),
  )
}

function basicBlock(from: number, to: number, stride: number): Layer {
  const body = chain(
    convolution(from, to, { stride, padding: 1, bias: false }),
    batchNorm(to),
    relu,
    convolution(to, to, { padding: 1, bias: false }),
    batchNorm(to),
  )
  const shortcut = stride > 1 ? chain(convolution(from, to, { kernel: 1, stride, bias: false }), batchNorm(to)) : undefined
  return x => tf.relu(tf.add(body(x), shortcut ? shortcut(x) : x))
}

const models: Partial<Record<BenchmarkName, () => Layer>> = {
  mlp: () => chain(dense(784, 512), relu, dense(512, 256), relu, dense(256, 10)),
  tiny: () => chain(dense(4, 64), relu, dense(64, 2)),
  big: () => chain(dense(784, 2048), relu, dense(2048, 4096), relu, dense(4096, 10)),
  cnn: () => chain(convolution(1, 32), relu, pool, convolution(32, 64), relu, pool, flatten, dense(1600, 128), relu, dense(128, 10)),
  cifar: () =>
    chain(
      convolution(3, 32),
      relu,
      pool,
      convolution(32, 64),
      relu,
      pool,
      convolution(64, 64),
      relu,
      flatten,
      dense(1024, 64),
      relu,
      dense(64, 10),
    ),
  lstm: () => chain(embedding(10000, 64), lstm(64, 128), dense(128, 2)),
  gpt: () => gpt(65, 64, 128, 4, 4),
  resnet: () =>
    chain(
      convolution(3, 16, { padding: 1, bias: false }),
      batchNorm(16),
      relu,
      basicBlock(16, 16, 1),
      basicBlock(16, 32, 2),
      basicBlock(32, 64, 2),
      x => tf.mean(x, [1, 2]),
      dense(64, 10),
    ),
}

/** Everything anew on a backend: variables, batches, optimizer. */
async function prepare(backend: string): Promise<() => number[]> {
  await tf.setBackend(backend)
  weights.length = 0
  const model = models[name]!()
  const [n, c, h, w] = task.x as [number, number, number, number]
  const shape = task.x.length === 4 ? [n, h, w, c] : [...task.x]
  const batches = Array.from({ length: batchCount }, () => ({
    x: task.words ? tf.randomUniform(shape, 0, task.words, 'int32') : tf.randomNormal(shape, 0, 0.5),
    y: tf.oneHot(tf.reshape(tf.randomUniform([...task.y], 0, task.classes, 'int32'), [-1]) as never, task.classes),
  }))
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8)
  let done = 0
  return () =>
    tf.tidy(() => {
      const { x, y } = batches[done++ % batchCount]!
      return [...optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model(x)) as never, true, weights)!.dataSync()]
    })
}

if (!models[name]) throw new Error('not written for tfjs')
wasm.setWasmPaths(`${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`)
wasm.setThreadsCount(threads)
let step = await prepare('wasm')
try {
  step()
} catch {
  step = await prepare('cpu') // the wasm backend lacks a kernel of this model's gradients
}
await serve({
  run: step,
  warmups,
  info: () => ({
    versions: { tfjs: tf.version.tfjs },
    parameters: weights.reduce((sum, v) => sum + v.size, 0),
    backend: tf.getBackend(),
  }),
})
