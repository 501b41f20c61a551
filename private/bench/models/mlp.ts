import { Linear, Module, type Tensor } from '@portolan/core'
import { classifier, type Benchmark } from '../benchmark.ts'

export class Mlp extends Module {
  layers: Linear[]
  constructor(...widths: number[]) {
    super()
    this.layers = widths.slice(1).map((out, i) => new Linear(widths[i]!, out))
  }
  forward(x: Tensor): Tensor {
    return this.layers.reduce((h, layer, i) => layer.forward(i ? h.relu() : h), x)
  }
}

const perceptron = (title: string, n: number, ...widths: number[]): Benchmark<{ n: number; widths: number[] }> => ({
  title: `${title}, batch ${n}`,
  full: { n, widths },
  at: ({ n, widths }) => classifier({ shape: [n, widths[0]!] }, { shape: [n], below: widths.at(-1)! }, () => new Mlp(...widths)),
})

export const mlp = perceptron('MLP 784-512-256-10', 128, 784, 512, 256, 10)
export const tiny = perceptron('MLP 4-64-2', 32, 4, 64, 2)
export const big = perceptron('MLP of 10 M parameters', 128, 784, 2048, 4096, 10)
