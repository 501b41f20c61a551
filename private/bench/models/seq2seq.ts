import { adam, concat, crossEntropy, Embedding, GRU, GRUCell, Linear, Module, scan, type Tensor } from '@portolan/core'
import type { Batch, Benchmark } from '../benchmark.ts'

interface Seq2seqSizes {
  n: number
  source: number
  target: number
  words: number
  e: number
  hidden: number
}

/** Bahdanau, Cho and Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate", 2014. */
class Seq2seq extends Module {
  source: Embedding
  target: Embedding
  encoder: GRU
  bridge: Linear
  key: Linear
  query: Linear
  energy: Linear
  cell: GRUCell
  out: Linear
  constructor({ words, e, hidden }: Seq2seqSizes) {
    super()
    this.source = new Embedding(words, e)
    this.target = new Embedding(words, e)
    this.encoder = new GRU(e, hidden, { bidirectional: true })
    this.bridge = new Linear(2 * hidden, hidden)
    this.key = new Linear(2 * hidden, hidden)
    this.query = new Linear(hidden, hidden, { bias: false })
    this.energy = new Linear(hidden, 1, { bias: false })
    this.cell = new GRUCell(e + 2 * hidden, hidden)
    this.out = new Linear(hidden, words)
  }
  forward(source: Tensor, target: Tensor): Tensor {
    // [n, s], [n, t] → [n, t, words]
    const [memory, ends] = this.encoder.forward(this.source.forward(source)) // [n, s, 2·hidden], [2, n, hidden]
    const keys = this.key.forward(memory) // [n, s, hidden]
    const first = this.bridge.forward(ends.transpose([1, 0, 2]).flatten(1)).tanh()
    const step = (h: Tensor, word: Tensor): [Tensor, Tensor] => {
      const energies = this.energy.forward(keys.add(this.query.forward(h).expandDims(1)).tanh()) // [n, s, 1]
      const context = energies.squeeze(2).softmax().expandDims(1).matmul(memory).squeeze(1) // [n, 2·hidden]
      const next = this.cell.forward(concat([word, context], 1), h)
      return [next, next]
    }
    const [, states] = scan(step, first, this.target.forward(target).transpose([1, 0, 2])) // [t, n, hidden]
    return this.out.forward(states.transpose([1, 0, 2]))
  }
}

export const seq2seq: Benchmark<Seq2seqSizes> = {
  title: 'seq2seq with attention, 24 → 24 words, batch 32',
  full: { n: 32, source: 24, target: 24, words: 4000, e: 128, hidden: 256 },
  at: sizes => ({
    batch: {
      source: { shape: [sizes.n, sizes.source], below: sizes.words },
      target: { shape: [sizes.n, sizes.target + 1], below: sizes.words },
    },
    make() {
      const model = new Seq2seq(sizes)
      const optimizer = adam(1e-3).init(model)
      const step = ({ source, target }: Batch): { loss: Tensor } => ({
        loss: optimizer.minimize(model, () => crossEntropy(model.forward(source!, target!.slice(1, 0, -1)), target!.slice(1, 1))),
      })
      return { model, state: { model, optimizer }, step }
    },
  }),
}
