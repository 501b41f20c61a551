import * as tf from '@tensorflow/tfjs'
import type { CnnOptions } from './cnn.ts'

/** Milliseconds of each step of the same network in tfjs, in its own layout (NHWC) and with its own gradients, on its cpu backend. */
export async function tfjsTimes({ widths: [a, b, c], batch, steps }: CnnOptions): Promise<number[]> {
  await tf.setBackend('cpu')
  const weights: tf.Variable[] = []
  const parameter = (shape: number[], deviation: number): tf.Variable => {
    const v = tf.variable(deviation ? tf.randomNormal(shape, 0, deviation, 'float32', 1) : tf.zeros(shape))
    weights.push(v)
    return v
  }
  const convolution = (from: number, to: number): ((x: tf.Tensor4D) => tf.Tensor4D) => {
    const [w, bias] = [parameter([3, 3, from, to], Math.sqrt(2 / (9 * from))) as tf.Variable<tf.Rank.R4>, parameter([to], 0)]
    return x => tf.maxPool(tf.relu(tf.add(tf.conv2d(x, w, 1, 'valid'), bias)), 2, 2, 'valid') as tf.Tensor4D
  }
  const dense = (from: number, to: number): ((x: tf.Tensor2D) => tf.Tensor2D) => {
    const [w, bias] = [parameter([from, to], Math.sqrt(1 / from)) as tf.Variable<tf.Rank.R2>, parameter([to], 0)]
    return x => tf.add(tf.matMul(x, w), bias)
  }
  const [conv1, conv2, fc1, fc2] = [convolution(1, a), convolution(a, b), dense(25 * b, c), dense(c, 10)]
  const x = tf.randomNormal<tf.Rank.R4>([batch, 28, 28, 1], 0, 1, 'float32', 2)
  const y = tf.oneHot(tf.range(0, batch, 1, 'int32').mod(10).toInt(), 10)
  const optimizer = tf.train.adam(1e-3)
  const times: number[] = []
  for (let i = 0; i < steps; i++) {
    const started = performance.now()
    const loss = optimizer.minimize(
      () => {
        const features = tf.reshape(conv2(conv1(x)), [batch, 25 * b]) as tf.Tensor2D
        return tf.losses.softmaxCrossEntropy(y, fc2(tf.relu(fc1(features)))).asScalar()
      },
      true,
      weights,
    )!
    await loss.data()
    times.push(performance.now() - started)
  }
  return times
}
