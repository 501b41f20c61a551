import {
  DTypeError,
  HostRng,
  Param,
  PortolanError,
  RangeError,
  seed,
  ShapeError,
  tensor,
  trace,
  uninitialized,
  variables,
  zeros,
  type Module,
  type Tensor,
} from '@portolan/core'
import { describe, expect, it } from 'vitest'
import {
  AttentionTranslator,
  Bert,
  BertForMaskedLM,
  bertNames,
  BertForSequenceClassification,
  GPT2,
  gpt2Names,
  limitRows,
  LinearForecaster,
  LSTMForecaster,
  LSTMLanguageModel,
  maskTokens,
  MatrixFactorization,
  NeuralCollaborativeFiltering,
  SpeechRecognizer,
  SpokenDigitClassifier,
  TextCNN,
  TextGRU,
  TextLSTM,
  TransformerClassifier,
  TransformerTranslator,
} from './index.ts'

const ids = (rows: number[][]): Tensor => tensor(Int32Array.from(rows.flat()), [rows.length, rows[0]!.length])
const count = (model: Module): number =>
  [...variables(model, Param).values()].reduce((sum, p) => sum + p.shape.reduce((a, b) => a * b, 1), 0)
const expectNear = async (a: Tensor, b: Tensor): Promise<void> => {
  expect(a.shape).toEqual(b.shape)
  const [x, y] = [await a.data(), await b.data()]
  x.forEach((v, i) => expect(v).toBeCloseTo(y[i]!, 5))
}

describe('classifiers of texts', () => {
  const options = { vocabSize: 20, classes: 3, dim: 8 }
  const makers: [string, () => Module & { forward(x: Tensor): Tensor }][] = [
    ['TextLSTM', () => new TextLSTM({ ...options, hidden: 6, dropout: 0.5, bidirectional: true })],
    ['TextLSTM, its greatest states', () => new TextLSTM({ ...options, hidden: 6, bidirectional: true, pool: 'max' })],
    ['TextGRU', () => new TextGRU({ ...options, hidden: 6, layers: 1 })],
    ['TextGRU, the mean of its states', () => new TextGRU({ ...options, hidden: 6, layers: 1, pool: 'mean' })],
    ['TextCNN', () => new TextCNN({ ...options, filters: 4 })],
    ['TransformerClassifier', () => new TransformerClassifier(options)],
  ]
  it.each(makers)('%s: padding changes nothing, and an empty text is a text', async (_, make) => {
    seed(1)
    const model = make().eval()
    const short = [[5, 7, 2], [9, 4, 0]] // prettier-ignore
    await expectNear(model.forward(ids(short)), model.forward(ids(short.map(row => [...row, 0, 0, 0, 0]))))
    const data = await model.forward(ids([[0, 0]])).data()
    expect(data.every(Number.isFinite)).toBe(true)
  })
  it.each(makers)('%s refuses what is no text', (name, make) => {
    const model = make()
    expect(() => model.forward(zeros([2, 3]))).toThrow(DTypeError)
    expect(() => model.forward(zeros([2], 'int32'))).toThrow(
      new RegExp(`${name.split(',')[0]}: the tokens must be \\[n, t\\], got \\[2\\]`),
    )
  })
  it('refuse options out of range', () => {
    expect(() => new TextLSTM({ ...options, hidden: 0 })).toThrow(/TextLSTM: hidden must be/)
    expect(() => new TextCNN({ ...options, widths: [] })).toThrow(RangeError)
    expect(() => new TextCNN({ ...options, widths: [0] })).toThrow(/each width/)
    expect(() => new TransformerClassifier({ ...options, classes: 1.5 })).toThrow(/classes/)
  })
  it.each(['max', 'mean'] as const)('the %s of the states, text by text', async pool => {
    seed(1)
    const model = new TextGRU({ ...options, hidden: 6, layers: 1, pool }).eval()
    const texts = [[5, 7, 2, 3], [9, 4]] // prettier-ignore
    const padded = await model.forward(ids(texts.map(text => [...text, 0, 0].slice(0, 4)))).data()
    for (const [i, text] of texts.entries()) {
      const [states] = model.gru.forward(model.embedding.forward(ids([text])))
      const one = pool === 'max' ? states.max(1) : states.mean(1)
      await expectNear(model.fc.forward(one), tensor(padded.slice(3 * i, 3 * i + 3), [1, 3]))
    }
    expect(() => new TextGRU({ ...options, pool: 'sum' as never })).toThrow(/TextGRU: pool must be 'last', 'max' or 'mean', got 'sum'/)
  })
  it('the LSTM of the text: two layers of 128', () => {
    const model = new TextLSTM({ vocabSize: 1000, classes: 4 })
    expect(count(model)).toBe(1000 * 128 + 2 * (4 * 128 * 256 + 8 * 128) + 129 * 4)
  })
  it('limitRows shortens long rows, and only these', async () => {
    const weight = new Param(tensor([[3, 4], [0.3, 0.4], [0, 0]])) // prettier-ignore
    limitRows(weight, 2.5)
    ;(await weight.value.data()).forEach((v, i) => expect(v).toBeCloseTo([1.5, 2, 0.3, 0.4, 0, 0][i]!, 6))
    expect(() => limitRows(weight, 0)).toThrow(RangeError)
  })
})

describe('Transformers', () => {
  it('have as many parameters as published', () => {
    expect(count(uninitialized(() => new GPT2()))).toBe(124_439_808)
    expect(count(uninitialized(() => new BertForMaskedLM()))).toBe(109_514_298)
    expect(count(uninitialized(() => new BertForSequenceClassification({ classes: 2 })))).toBe(109_483_778)
  })
  it("know Hugging Face's names", () => {
    expect(['transformer.h.0.ln_1.weight', 'wte.weight', 'lm_head.weight', 'h.3.attn.bias', 'h.3.attn.c_attn.bias'].map(gpt2Names)).toEqual(
      [
        'h.0.ln_1.weight',
        'wte.weight',
        undefined,
        undefined,
        'h.3.attn.c_attn.bias', // prettier-ignore
      ],
    )
    expect(
      ['bert.embeddings.position_ids', 'bert.embeddings.LayerNorm.gamma', 'cls.predictions.decoder.weight', 'cls.predictions.bias'].map(
        bertNames,
      ),
    ).toEqual([
      undefined,
      'bert.embeddings.LayerNorm.weight',
      undefined,
      'cls.predictions.bias', // prettier-ignore
    ])
    const paths = [...variables(new BertForSequenceClassification({ classes: 2, vocabSize: 5, dim: 4, layers: 1, heads: 2 }), Param).keys()]
    for (const path of [
      'bert.embeddings.LayerNorm.weight',
      'bert.encoder.layer.0.attention.self.query.weight',
      'bert.encoder.layer.0.attention.output.LayerNorm.bias',
      'bert.pooler.dense.bias',
      'classifier.weight',
    ])
      expect(paths).toContain(path)
  })
  it('BERT classifies by the mean of the tokens, whatever fills the text up', async () => {
    seed(3)
    const model = new BertForSequenceClassification({
      classes: 2,
      pooling: 'mean',
      vocabSize: 9,
      context: 6,
      dim: 8,
      layers: 1,
      heads: 2,
    }).eval()
    const short = tensor(Int32Array.of(1, 2, 3), [1, 3])
    const long = tensor(Int32Array.of(1, 2, 3, 0, 0), [1, 5])
    const [a, b] = [await model.forward(short).array(), await model.forward(long).array()] as number[][][]
    for (const [i, score] of a![0]!.entries()) expect(b![0]![i]).toBeCloseTo(score, 6)
    const all = model.bert.forward(short).mean(1)
    const expected = (await model.classifier.forward(model.bert.pooler.dense.forward(all).tanh()).array()) as number[][]
    for (const [i, score] of expected[0]!.entries()) expect(a![0]![i]).toBeCloseTo(score, 6)
  })
  it('GPT-2 sees nothing of what comes after', async () => {
    seed(2)
    const model = new GPT2({ vocabSize: 9, context: 6, dim: 8, layers: 2, heads: 2 }).eval()
    const [a, b] = [model.forward(ids([[1, 2, 3, 4]])), model.forward(ids([[1, 2, 8, 8]]))]
    await expectNear(a.slice(1, 0, 2), b.slice(1, 0, 2))
    expect(() => model.forward(ids([[1, 2, 3, 4, 5, 6, 7]]))).toThrow(/GPT2: it sees at most 6 tokens/)
    expect(() => new GPT2({ dim: 10, heads: 3 })).toThrow(/must divide into heads/)
  })
  it('BERT does not look at padding', async () => {
    seed(2)
    const model = new Bert({ vocabSize: 9, context: 8, dim: 8, layers: 2, heads: 2 }).eval()
    await expectNear(model.forward(ids([[1, 2, 3]])), model.forward(ids([[1, 2, 3, 0, 0]])).slice(1, 0, 3))
    expect(() => model.forward(zeros([1, 9], 'int32'))).toThrow(ShapeError)
  })
})

describe('BertForMaskedLM', () => {
  it('scores only the places that are asked for', async () => {
    seed(5)
    const model = new BertForMaskedLM({ vocabSize: 9, context: 8, dim: 8, layers: 1, heads: 2 }).eval()
    const given = ids([[1, 2, 3, 4], [5, 6, 0, 0]]) // prettier-ignore
    const some = model.forward(given, undefined, ids([[3, 1], [0, 0]])) // prettier-ignore
    const all = model.forward(given)
    const row = (i: number, t: number): Tensor => all.slice(0, i, i + 1).slice(1, t, t + 1)
    for (const [i, places] of [
      [3, 1],
      [0, 0],
    ].entries())
      // prettier-ignore
      for (const [k, t] of places.entries()) await expectNear(some.slice(0, i, i + 1).slice(1, k, k + 1), row(i, t))
  })
})

describe('maskTokens', () => {
  it('hides 15 %: of these 80 % by [MASK], 10 % by any, 10 % not', () => {
    const n = 200_000
    const text = Int32Array.from({ length: n }, (_, i) => (i % 10 ? 5 + (i % 995) : i % 5))
    const { ids, labels } = maskTokens(text, new HostRng(1), { mask: 4, vocabSize: 1000, special: [0, 1, 2, 3, 4] })
    const chosen = [...labels.keys()].filter(i => labels[i] !== -100)
    const ordinary = text.filter(t => t > 4).length
    expect(chosen.length / ordinary).toBeCloseTo(0.15, 2)
    expect(chosen.every(i => labels[i] === text[i] && text[i]! > 4)).toBe(true)
    expect(chosen.filter(i => ids[i] === 4).length / chosen.length).toBeCloseTo(0.8, 1)
    expect(chosen.filter(i => ids[i] === text[i]).length / chosen.length).toBeCloseTo(0.1, 1)
    expect(ids.every((id, i) => labels[i] !== -100 || id === text[i])).toBe(true)
    expect(() => maskTokens(text, new HostRng(1), { mask: 1000, vocabSize: 1000, special: [] })).toThrow(/mask and special/)
    expect(() => maskTokens(text, new HostRng(1), { mask: 4, vocabSize: 1000, special: [], rate: 2 })).toThrow(/rate/)
  })
})

describe('translators', () => {
  const options = { sourceSize: 12, targetSize: 10, dim: 8 }
  it.each([
    ['luong', () => new AttentionTranslator({ ...options, hidden: 6 })],
    ['bahdanau', () => new AttentionTranslator({ ...options, hidden: 6, attention: 'bahdanau' as const })],
    ['transformer', () => new TransformerTranslator({ ...options, heads: 2, layers: 1 })],
  ])('%s: padding changes nothing, nor does what comes after', async (_, make) => {
    seed(3)
    const model = make().eval()
    const y = model.forward(ids([[3, 4, 5]]), ids([[1, 2, 3]]))
    await expectNear(y, model.forward(ids([[3, 4, 5, 0, 0]]), ids([[1, 2, 3]])))
    await expectNear(y.slice(1, 0, 2), model.forward(ids([[3, 4, 5]]), ids([[1, 2, 9, 0]])).slice(1, 0, 2))
  })
  it.each([
    ['bahdanau', () => new AttentionTranslator({ ...options, hidden: 6, attention: 'bahdanau' as const })],
    ['transformer', () => new TransformerTranslator({ ...options, heads: 2, layers: 2 })],
  ])('%s shows where it looks', async (_, make) => {
    const model = make().eval()
    const given = [ids([[3, 4, 0]]), ids([[1, 2]])] as const
    const { logits, attention } = model.forwardAll(...given)
    await expectNear(logits, model.forward(...given))
    const rows = (await attention.array()) as number[][][]
    expect(attention.shape).toEqual([1, 2, 3])
    for (const row of rows[0]!) {
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
      expect(row[2]).toBe(0)
    }
  })
  it('refuse options out of range', () => {
    expect(() => new AttentionTranslator({ ...options, hidden: 7 })).toThrow(/even/)
    expect(() => new AttentionTranslator({ ...options, attention: 'none' as 'luong' })).toThrow(/'luong' or 'bahdanau'/)
  })
})

describe('forecasters, recommenders and speech', () => {
  it('give what they say', () => {
    const shape = (f: (...x: Tensor[]) => Tensor, x: Tensor[]) => trace(f, x).result.shape
    const series = { channels: 3, history: 20, horizon: 5 }
    expect(shape(x => new LinearForecaster(series).forward(x), [zeros([2, 20, 3])])).toEqual([2, 5, 3])
    expect(shape(x => new LSTMForecaster(series).forward(x), [zeros([2, 20, 3])])).toEqual([2, 5, 3])
    const pair = [zeros([4], 'int32'), zeros([4], 'int32')]
    expect(shape((u, i) => new MatrixFactorization({ users: 3, items: 4, dim: 0, mean: 3 }).forward(u!, i!), pair)).toEqual([4])
    expect(shape((u, i) => new NeuralCollaborativeFiltering({ users: 3, items: 4 }).forward(u!, i!), pair)).toEqual([4])
    expect(shape(x => new SpokenDigitClassifier({ width: 2 }).forward(x), [zeros([2, 40, 30])])).toEqual([2, 10])
    expect(shape(x => new SpeechRecognizer({ classes: 11, features: 40, filters: 2, hidden: 3 }).forward(x), [zeros([2, 40, 30])])).toEqual(
      [2, 8, 11],
    )
    expect(shape(x => new LSTMLanguageModel({ vocabSize: 5 }).forward(x), [zeros([2, 3], 'int32')])).toEqual([2, 3, 5])
  })
  it('one map over time: a constant stays what it is if the map sums to one', async () => {
    const model = new LinearForecaster({ channels: 1, history: 4, horizon: 2, window: 1 })
    model.trend.weight.value = tensor([[0, 0, 0, 1], [0.25, 0.25, 0.25, 0.25]]) // prettier-ignore
    model.trend.bias!.value = zeros([2])
    ;(await model.forward(tensor([[[1], [2], [3], [6]]])).data()).forEach((v, i) => expect(v).toBeCloseTo([6, 3][i]!, 6))
  })
  it('refuse what does not fit', () => {
    const series = { channels: 3, history: 20, horizon: 5 }
    const cases: [() => unknown, RegExp][] = [
      [() => new LinearForecaster({ ...series, window: 4 }), /window must be odd, got 4/],
      [() => new LinearForecaster(series).forward(zeros([2, 19, 3])), /must be \[n, 20, 3\], got \[2,19,3\]/],
      [() => new LSTMForecaster(series).forward(zeros([2, 20, 3], 'int32')), /must be float32/],
      [() => new NeuralCollaborativeFiltering({ users: 1, items: 1, layers: [3, 2] }), /first of layers must be even/],
      [() => new MatrixFactorization({ users: 0, items: 1 }), /users must be/],
      [() => new SpokenDigitClassifier().forward(zeros([1, 39, 9])), /must be \[n, 40, frames\], at least 8 frames/],
      [() => new SpokenDigitClassifier({ features: 7 }), /features must be at least 8/],
      [() => new SpeechRecognizer({ classes: 3, features: 8 }).forward(zeros([1, 7, 9])), /must be \[n, 8, frames\]/],
    ]
    for (const [f, message] of cases) {
      expect(f).toThrow(message)
      expect(f).toThrow(PortolanError)
    }
  })
})
