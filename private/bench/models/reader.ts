import { concat, Embedding, GRU, Linear, LSTM, Module, type Tensor } from '@portolan/core'
import { classifier, type Benchmark } from '../benchmark.ts'

interface ReaderSizes {
  n: number
  t: number
  words: number
  e: number
  hidden: number
}

class LstmReader extends Module {
  embed: Embedding
  lstm: LSTM
  out: Linear
  constructor({ words, e, hidden }: ReaderSizes) {
    super()
    this.embed = new Embedding(words, e)
    this.lstm = new LSTM(e, hidden)
    this.out = new Linear(hidden, 2)
  }
  forward(ids: Tensor): Tensor {
    // [n, t]
    const [, { h }] = this.lstm.forward(this.embed.forward(ids))
    return this.out.forward(h.squeeze(0))
  }
}

class GruReader extends Module {
  embed: Embedding
  gru: GRU
  out: Linear
  constructor({ words, e, hidden }: ReaderSizes) {
    super()
    this.embed = new Embedding(words, e)
    this.gru = new GRU(e, hidden, { bidirectional: true })
    this.out = new Linear(2 * hidden, 2)
  }
  forward(ids: Tensor): Tensor {
    // [n, t]
    const [, h] = this.gru.forward(this.embed.forward(ids)) // [2, n, hidden]
    const [left, right] = h.split(2, 0) as [Tensor, Tensor]
    return this.out.forward(concat([left.squeeze(0), right.squeeze(0)], 1))
  }
}

const full: ReaderSizes = { n: 32, t: 80, words: 10_000, e: 64, hidden: 128 }
const reader = (title: string, make: (sizes: ReaderSizes) => LstmReader | GruReader): Benchmark<ReaderSizes> => ({
  title: `${title}, 80 steps, batch 32`,
  full,
  at: sizes => classifier({ shape: [sizes.n, sizes.t], below: sizes.words }, { shape: [sizes.n], below: 2 }, () => make(sizes)),
})

export const lstm = reader('LSTM', sizes => new LstmReader(sizes))
export const bigru = reader('bidirectional GRU', sizes => new GruReader(sizes))
