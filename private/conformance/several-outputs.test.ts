import {
  adam,
  concat,
  crossEntropy,
  Embedding,
  Linear,
  Module,
  mse,
  seed,
  supervised,
  tensor,
  Trainer,
  variables,
  type Tensor,
} from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { expect, it } from 'vitest'

class Offer extends Module {
  words = new Embedding(10, 4)
  price = new Linear(7, 1)
  kind = new Linear(7, 3)
  forward(words: Tensor, numbers: Tensor): { price: Tensor; kind: Tensor } {
    const h = concat([this.words.forward(words).mean(1), numbers], 1)
    return { price: this.price.forward(h).squeeze(1), kind: this.kind.forward(h) }
  }
}

const range = Array.from({ length: 16 }, (_, i) => i)
const batch = {
  words: tensor(range.map(i => [i % 10, (3 * i) % 10]), undefined, 'int32'),
  numbers: tensor(range.map(i => [i / 16, (i % 7) / 7, 1])),
  price: tensor(range.map(i => (i % 10) / 5)),
  kind: tensor(range.map(i => i % 3), undefined, 'int32'),
} // prettier-ignore

it('two inputs, two outputs and their weighted losses train on onnx as they do op by op', async () => {
  const [eager, compiled] = await Promise.all(
    [undefined, onnx()].map(async engine => {
      seed(3)
      const [model, optimizer] = [new Offer(), adam(0.02)]
      const step = supervised({ model, optimizer, loss: { price: mse, kind: crossEntropy }, lossWeights: { kind: 0.25 } })
      const trainer = new Trainer({ step, progress: false, ...(engine && { engine }) })
      const { epochs } = await trainer.fit([batch], { epochs: 20, validation: [batch] })
      return { figures: epochs.map(e => [e.logs['loss']!, e.logs['kind_loss']!, e.validation!['price_loss']!]), model }
    }),
  )
  eager!.figures.flat().forEach((v, i) => expect(compiled!.figures.flat()[i]).toBeCloseTo(v, 5))
  const [a, b] = [eager!, compiled!].map(({ model }) => [...variables(model).values()].flatMap(v => [...v.latest.dataSync()]))
  a!.forEach((v, i) => expect(b![i]).toBeCloseTo(v, 4))
})
