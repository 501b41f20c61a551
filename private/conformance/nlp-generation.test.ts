import {
  compile,
  crossEntropy,
  HostRng,
  ready,
  runner,
  seed,
  sgd,
  tensor,
  weights,
  type Module,
  type Runner,
  type Tensor,
} from '@portolan/core'
import { exportOnnx, onnx, OnnxModel } from '@portolan/export-onnx'
import {
  AttentionTranslator,
  beamSearch,
  CachedStep,
  generate,
  GPT2,
  LSTMLanguageModel,
  oneByOne,
  TransformerTranslator,
  wholeSequences,
  type Stepwise,
} from '@portolan/nlp'
import { close } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'

beforeAll(async () => expect(await ready()).toBe('wasm'))

type LanguageModel = Module & Stepwise & { forward(ids: Tensor): Tensor }
const models: Readonly<Record<string, () => LanguageModel>> = {
  'GPT-2': () => new GPT2({ vocabSize: 31, context: 64, dim: 16, layers: 3, heads: 4 }),
  LSTM: () => new LSTMLanguageModel({ vocabSize: 31, dim: 12, hidden: 16 }),
}
const prompt = [3, 1, 4, 1, 5]

/** A model whose scores lie far enough apart for two right engines to choose alike. */
function drawn(make: () => LanguageModel): LanguageModel {
  seed(7)
  const model = make().eval()
  for (const table of [model instanceof GPT2 ? model.wte : (model as LSTMLanguageModel).embedding])
    table.weight.value = table.weight.value.mul(model instanceof GPT2 ? 20 : 2)
  return model
}
async function exported(model: LanguageModel, n: number): Promise<OnnxModel> {
  const step = new CachedStep(model)
  return OnnxModel.load(await exportOnnx(step, step.ports(n)), { threads: 1 })
}
async function all(tokens: AsyncIterable<number>): Promise<number[]> {
  const list: number[] = []
  for await (const token of tokens) list.push(token)
  return list
}

describe('generation with what was kept, from an exported step', () => {
  for (const [name, make] of Object.entries(models)) {
    it(`${name}: the scores of whole sequences`, async () => {
      const model = drawn(make)
      const file = await exported(model, 1)
      const rng = new HostRng(2)
      const text = Array.from({ length: 40 }, () => rng.integer(31))
      const logits = model.forward(tensor(Int32Array.from(text), [1, 40]))
      const expected = (await logits.data()) as Float32Array
      const next = oneByOne(file, model)
      for (let t = 1; t <= 40; t++) {
        const [scores] = await next.next([text.slice(0, t)], t > 1 ? [0] : undefined)
        close(scores!, expected.slice((t - 1) * 31, t * 31), 1e-4, `place ${t}:`)
      }
      await file.dispose()
    })
    it(`${name}: the same tokens, greedy, drawn and by beams`, async () => {
      const model = drawn(make)
      const whole = wholeSequences(runner(model), { length: 64 })
      const file = await exported(model, 1)
      for (const options of [{ temperature: 0 }, { temperature: 0.7, topK: 8, seed: 3 }, { topP: 0.9, seed: 4 }]) {
        const settings = { maxTokens: 50, ...options }
        const expected = await all(generate(whole, prompt, settings))
        expect(expected.length).toBe(50)
        expect(await all(generate(oneByOne(file, model), prompt, settings))).toEqual(expected)
      }
      const [one, several] = [file, await exported(model, 3)]
      // the first step is of one sequence, those after it of three
      const either: Runner = {
        predict: inputs => (inputs['ids']!.shape[0] === 1 ? one : several).predict(inputs),
        dispose: async () => {},
      }
      const search = { beams: 3, maxTokens: 20, end: 0 }
      const expected = await beamSearch(whole, prompt, search)
      expect((await beamSearch(oneByOne(either, model), prompt, search)).map(b => b.tokens)).toEqual(expected.map(b => b.tokens))
      await Promise.all([one, several].map(m => m.dispose()))
    })
  }
})

describe('a step of a translator', () => {
  const sizes = { sourceSize: 20, targetSize: 17, dim: 8, dropout: 0 }
  it.each([
    ['luong', () => new AttentionTranslator({ ...sizes, hidden: 10 })],
    ['bahdanau', () => new AttentionTranslator({ ...sizes, hidden: 10, attention: 'bahdanau' as const })],
    ['transformer', () => new TransformerTranslator({ ...sizes, heads: 2, layers: 2 })],
  ])('%s: compiled it learns as eagerly, to 1e-5', async (_, make) => {
    const rng = new HostRng(9)
    const rows = (size: number, t: number): Tensor =>
      tensor(
        Int32Array.from({ length: 3 * t }, (_, i) => (i % t > t - 1 - i / t ? 0 : 1 + rng.integer(size - 1))),
        [3, t],
      )
    const batches = Array.from({ length: 3 }, () => [rows(20, 6), rows(17, 5), rows(17, 5)] as const)
    const learn = async (engine?: ReturnType<typeof onnx>) => {
      seed(6)
      const model = make()
      const optimizer = sgd(0.5)
      const step = compile(
        (source: Tensor, before: Tensor, next: Tensor) =>
          optimizer.minimize(model, () => ({ loss: crossEntropy(model.forward(source, before), next, { ignoreIndex: 0 }) })),
        { engine },
      )
      const losses: number[] = []
      for (const batch of batches) losses.push(await (await step(...batch)).loss.item())
      const values = await Promise.all(Object.values(weights(model)).map(async v => [...(await v.data())]))
      await step.dispose()
      return { losses, values: values.flat() }
    }
    const [eager, compiled] = [await learn(), await learn(onnx({ threads: 1 }))]
    close(compiled.losses, eager.losses, 1e-5, 'losses:')
    close(compiled.values, eager.values, 1e-5, 'weights:')
    expect(eager.losses.at(-1)).not.toBe(eager.losses[0])
  })
})

describe('translators on an engine', () => {
  const sizes = { sourceSize: 20, targetSize: 17, dim: 8, dropout: 0 }
  it.each([
    ['luong', () => new AttentionTranslator({ ...sizes, hidden: 10 })],
    ['bahdanau', () => new AttentionTranslator({ ...sizes, hidden: 10, attention: 'bahdanau' as const })],
    ['transformer', () => new TransformerTranslator({ ...sizes, heads: 2, layers: 2 })],
  ])('%s: beams find the same eagerly, compiled and in a file', async (_, make) => {
    seed(5)
    const model = make().eval()
    const source = tensor(Int32Array.of(4, 5, 6, 7, 0), [1, 5])
    const search = (r: Runner) =>
      beamSearch(wholeSequences(r, { length: 12, inputs: { source }, name: 'target' }), [1], { beams: 3, maxTokens: 11, end: 2 })
    const expected = await search(runner(model))
    const compiled = runner(model, { engine: onnx({ threads: 1 }) })
    const ports = { source: { shape: ['n', 5], dtype: 'int32' }, target: { shape: ['n', 12], dtype: 'int32' } } as const
    const file = await OnnxModel.load(await exportOnnx(model, ports), { threads: 1 })
    for (const r of [compiled, file]) {
      const found = await search(r)
      expect(found.map(b => b.tokens)).toEqual(expected.map(b => b.tokens))
      close(
        found.map(b => b.score),
        expected.map(b => b.score),
        1e-5,
      )
      await r.dispose()
    }
  })
})
