import { describe, expect, it } from 'vitest'
import {
  accuracy,
  adam,
  concat,
  crossEntropy,
  Embedding,
  Linear,
  mae,
  Module,
  mse,
  PortolanError,
  RangeError,
  seed,
  supervised,
  tensor,
  Trainer,
  variables,
  type Batch,
  type Tensor,
} from '../index.ts'

/** Words and numbers in, a price and a kind out. */
class Offer extends Module {
  words = new Embedding(10, 4)
  joined = new Linear(7, 8)
  price = new Linear(8, 1)
  kind = new Linear(8, 3)
  forward(words: Tensor, numbers: Tensor): { price: Tensor; kind: Tensor } {
    const h = this.joined.forward(concat([this.words.forward(words).mean(1), numbers], 1)).relu()
    return { price: this.price.forward(h).squeeze(1), kind: this.kind.forward(h) }
  }
}

const offers = Array.from({ length: 32 }, (_, i) => ({ words: [i % 10, (3 * i) % 10], numbers: [i / 32, (i % 7) / 7, 1], price: (i % 10) / 5, kind: (i % 10) % 3 })) // prettier-ignore
const batch = {
  words: tensor(offers.map(o => o.words), undefined, 'int32'),
  numbers: tensor(offers.map(o => o.numbers)),
  price: tensor(offers.map(o => o.price)),
  kind: tensor(offers.map(o => o.kind), undefined, 'int32'),
} // prettier-ignore
const made = () => {
  seed(3)
  return { model: new Offer(), optimizer: adam(0.02) }
}
const state = (of: unknown): number[][] => [...variables(of).values()].map(v => [...v.latest.dataSync()])

describe('supervised, with several inputs and outputs', () => {
  it('learns the weighted sum of the losses, exactly as the same written out', async () => {
    const a = made()
    const step = supervised({
      ...a,
      loss: { price: mse, kind: crossEntropy },
      lossWeights: { kind: 0.25 },
      metrics: { price: { mae }, kind: { accuracy } },
    })
    const b = made()
    const judge = ({ words, numbers, price, kind }: Batch) => {
      const y = b.model.forward(words!, numbers!)
      const [price_loss, kind_loss] = [mse(y.price, price!), crossEntropy(y.kind, kind!)]
      return { loss: price_loss.add(kind_loss.mul(0.25)), price_loss, price_mae: mae(y.price, price!), kind_loss, kind_accuracy: accuracy(y.kind, kind!) } // prettier-ignore
    }
    const [one, two] = [step, { train: (x: Batch) => b.optimizer.minimize(b.model, () => judge(x)), evaluate: judge, state: b }].map(
      s => new Trainer({ step: s, progress: false }),
    )
    const history = await one!.fit([batch], { epochs: 60, validation: [batch] })
    await two!.fit([batch], { epochs: 60, validation: [batch] })
    expect(history.epochs.map(e => [e.logs, e.validation])).toEqual(two!.history.epochs.map(e => [e.logs, e.validation]))
    expect(state(a)).toEqual(state(b))
    expect(Object.keys(history.epochs[0]!.logs)).toEqual(['loss', 'price_loss', 'price_mae', 'kind_loss', 'kind_accuracy'])
    const [first, last] = [history.epochs[0]!.logs, history.epochs.at(-1)!.logs]
    for (const name of ['loss', 'price_loss', 'kind_loss']) expect(last[name]).toBeLessThan(0.7 * first[name]!)
  })

  it('takes names as they are given', async () => {
    const [a, b] = [made(), made()]
    const loss = { price: mse }
    const { words, numbers, price } = batch
    await new Trainer({ step: supervised({ ...a, loss }), progress: false }).trainOnBatch({ words, numbers, price })
    const named = supervised({ ...b, loss, input: ['w', 'n'], target: { price: 'cost' } })
    await new Trainer({ step: named, progress: false }).trainOnBatch({ cost: price, n: numbers, w: words, other: price })
    expect(state(a)).toEqual(state(b))
  })

  it('takes several inputs of a model with one output', async () => {
    class Difference extends Module {
      scale = new Linear(3, 1)
      forward(x: Tensor, y: Tensor): Tensor {
        return this.scale.forward(x.sub(y)).squeeze(1)
      }
    }
    const { numbers, price } = batch
    const step = supervised({ model: new Difference(), loss: mse, optimizer: adam(0.1), input: ['left', 'right'], target: 'price' })
    const history = await new Trainer({ step, progress: false }).fit([{ price, right: numbers.mul(0.5), left: numbers }], { epochs: 40 })
    expect(history.epochs.at(-1)!.logs['loss']).toBeLessThan(0.5 * history.epochs[0]!.logs['loss']!)
  })

  it('says what does not fit', async () => {
    const { words, numbers, price } = batch
    const on = (options: object, given: Batch = batch) =>
      new Trainer({ step: supervised({ ...made(), loss: { price: mse, kind: crossEntropy }, ...options }), progress: false }).trainOnBatch(
        given,
      )
    await expect(on({}, { words, numbers, price })).rejects.toThrow(new PortolanError('supervised: the batch has no kind, the target of kind. It has: words, numbers, price')) // prettier-ignore
    await expect(on({ input: ['words', 'size'] })).rejects.toThrow('the batch has no size. It has: words, numbers, price, kind')
    await expect(on({ loss: { colour: mse }, target: { colour: 'price' }, input: ['words', 'numbers'] })).rejects.toThrow('the model gives no output colour. It gives: price, kind') // prettier-ignore
    expect(() => supervised({ ...made(), loss: { price: mse }, lossWeights: { kind: 1 } })).toThrow('lossWeights names kind, which has no loss. There are losses of: price') // prettier-ignore
    expect(() => supervised({ ...made(), loss: { price: mse }, lossWeights: { price: -1 } })).toThrow(RangeError)
    expect(() => supervised({ ...made(), loss: {} })).toThrow(/at least one output/)
  })

  it('knows the outputs by their types', () => {
    // @ts-expect-error -- the model gives no such output
    expect(() => supervised({ ...made(), loss: { price: mse }, metrics: { colour: { mae } } })).toThrow(PortolanError)
  })
})
