import { tf, type T, type T4, type V } from './tf.ts'

/** All that is trained, in the order in which it was made. */
export const weights: V[] = []

const variable = (shape: number[], deviation: number, trainable = true): V =>
  tf.variable(deviation ? tf.randomNormal(shape, 0, deviation) : tf.zeros(shape), trainable)
export const parameter = (shape: number[], deviation: number): V => {
  const v = variable(shape, deviation)
  weights.push(v)
  return v
}
export type Layer = (x: T) => T
export const chain =
  (...layers: Layer[]): Layer =>
  x =>
    layers.reduce((y, layer) => layer(y), x)
export const relu: Layer = x => tf.relu(x)
export const pool: Layer = x => tf.maxPool(x as T4, 2, 2, 'valid')
export const leaky: Layer = x => tf.leakyRelu(x, 0.2)
export const gelu: Layer = x => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))
export const flatten: Layer = x => tf.reshape(x, [x.shape[0]!, -1])

export function dense(from: number, to: number, bias = true): Layer {
  const w = parameter([from, to], Math.sqrt(1 / from))
  const b = bias ? parameter([to], 0) : undefined
  return x => {
    const product = tf.matMul(x.rank === 2 ? x : tf.reshape(x, [-1, from]), w)
    const y = b ? tf.add(product, b) : product
    return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), to])
  }
}

export function convolution(from: number, to: number, { kernel = 3, stride = 1, padding = 0, bias = true } = {}): Layer {
  const w = parameter([kernel, kernel, from, to], Math.sqrt(2 / (kernel * kernel * from))) as unknown as T4
  const b = bias ? parameter([to], 0) : undefined
  return x => {
    const y = tf.conv2d(x as T4, w, stride, padding)
    return b ? tf.add(y, b) : y
  }
}

/** To twice the height and width. */
export function transposed(from: number, to: number, { bias = true } = {}): Layer {
  const w = parameter([5, 5, to, from], Math.sqrt(1 / (25 * from))) as unknown as T4
  const b = bias ? parameter([to], 0) : undefined
  return x => {
    const [n, h, wide] = x.shape as [number, number, number]
    const y = tf.conv2dTranspose(x as T4, w, [n, 2 * h, 2 * wide, to], 2, 'same')
    return b ? tf.add(y, b) : y
  }
}

export function batchNorm(channels: number): Layer {
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

export function layerNorm(d: number): Layer {
  const [scale, offset] = [parameter([d], 0), parameter([d], 0)]
  scale.assign(tf.ones([d]))
  return x => {
    const { mean, variance } = tf.moments(x, -1, true)
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), scale), offset)
  }
}

/** A product with one-hot rows: the gradient of a gather exists on the cpu backend only, where it goes through all ids once for every word. */
export function embedding(words: number, d: number): Layer {
  const w = parameter([words, d], 1)
  return ids => tf.reshape(tf.matMul(tf.oneHot(tf.reshape(ids, [-1]) as never, words), w), [...ids.shape, d])
}

/** ids [n, t] → the last h [n, hidden] */
export function lstm(from: number, hidden: number): Layer {
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

/** x [n, in], h [n, hidden] → the next h */
export function gruCell(from: number, hidden: number): (x: T, h: T) => T {
  const [input, recurrent] = [dense(from, 3 * hidden), dense(hidden, 3 * hidden)]
  return (x, h) => gates(input(x), recurrent(h), h)
}
function gates(z: T, r: T, h: T): T {
  const [[zr, zu, zn], [rr, ru, rn]] = [tf.split(z, 3, 1), tf.split(r, 3, 1)] as [[T, T, T], [T, T, T]]
  const update = tf.sigmoid(tf.add(zu, ru))
  const candidate = tf.tanh(tf.add(zn, tf.mul(tf.sigmoid(tf.add(zr, rr)), rn)))
  return tf.add(candidate, tf.mul(update, tf.sub(h, candidate)))
}

/** x [n, t, in] → every h [n, t, 2·hidden], the last two side by side [n, 2·hidden] */
export function bidirectionalGru(from: number, hidden: number): (x: T) => [all: T, ends: T] {
  const directions = [false, true].map(reverse => {
    const [input, recurrent] = [dense(from, 3 * hidden), dense(hidden, 3 * hidden)]
    return (x: T): T[] => {
      const steps = tf.unstack(input(x), 1)
      let h: T = tf.zeros([x.shape[0]!, hidden])
      const all = (reverse ? steps.reverse() : steps).map(z => (h = gates(z, recurrent(h), h)))
      return reverse ? all.reverse() : all
    }
  })
  return x => {
    const [left, right] = directions.map(d => d(x)) as [T[], T[]]
    return [tf.concat([tf.stack(left, 1), tf.stack(right, 1)], 2), tf.concat([left.at(-1)!, right[0]!], 1)]
  }
}

/** Pre-norm attention and two linear layers. mask: what is added to the scores. */
export function transformerBlock(d: number, heads: number, mask?: T): Layer {
  const [norm1, qkv, proj, norm2] = [layerNorm(d), dense(d, 3 * d), dense(d, d), layerNorm(d)]
  const mlp = chain(dense(d, 4 * d), gelu, dense(4 * d, d))
  return x => {
    const [n, t] = x.shape as [number, number]
    const split = tf.transpose(tf.reshape(qkv(norm1(x)), [n, t, 3, heads, d / heads]), [2, 0, 3, 1, 4]) // [3, n, heads, t, d / heads]
    const [q, k, v] = tf.unstack(split) as [T, T, T]
    const scores = tf.matMul(tf.mul(q, 1 / Math.sqrt(d / heads)), k, false, true)
    const seen = tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), v)
    x = tf.add(x, proj(tf.reshape(tf.transpose(seen, [0, 2, 1, 3]), [n, t, d])))
    return tf.add(x, mlp(norm2(x)))
  }
}

export function basicBlock(from: number, to: number, stride: number): Layer {
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
