import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { compile, Module, Param, ready, tensor, valueAndGrad, variables, type Engine, type Tensor } from '@portolan/core'
import { loadWeights, readSafetensors } from '@portolan/core/node'
import { exportOnnx, verify } from '@portolan/export-onnx'
import {
  AttentionTranslator,
  BertForMaskedLM,
  BertForSequenceClassification,
  GPT2,
  LinearForecaster,
  LSTMForecaster,
  LSTMLanguageModel,
  MatrixFactorization,
  NeuralCollaborativeFiltering,
  SpeechRecognizer,
  SpokenDigitClassifier,
  TextCNN,
  TextGRU,
  TextLSTM,
  TransformerClassifier,
  TransformerTranslator,
} from '@portolan/nlp'
import { close } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

type Model = Module & { forward(...x: Tensor[]): Tensor }

const golden = join(import.meta.dirname, '../golden')
const text = { vocabSize: 20, classes: 3, dropout: 0 }
const transformer = { vocabSize: 20, context: 12, dim: 8, layers: 2, heads: 2, dropout: 0 }
const languages = { sourceSize: 20, targetSize: 15, dropout: 0 }
const series = { channels: 2, history: 12, horizon: 4 }
const small: Readonly<Record<string, () => Model>> = {
  text_lstm: () => new TextLSTM({ ...text, dim: 6, hidden: 5 }),
  text_gru: () => new TextGRU({ ...text, dim: 6, hidden: 5, layers: 1, bidirectional: true }),
  text_cnn: () => new TextCNN({ ...text, dim: 6, filters: 4 }),
  transformer_classifier: () => new TransformerClassifier({ ...text, dim: 8, heads: 2, feedForward: 16 }),
  lstm_language_model: () => new LSTMLanguageModel({ vocabSize: 20, dim: 6, hidden: 5 }),
  gpt2: () => new GPT2(transformer),
  bert_masked: () => new BertForMaskedLM(transformer),
  bert_classifier: () => new BertForSequenceClassification({ ...transformer, classes: 3 }),
  luong_translator: () => new AttentionTranslator({ ...languages, dim: 6, hidden: 8 }),
  bahdanau_translator: () => new AttentionTranslator({ ...languages, dim: 6, hidden: 8, attention: 'bahdanau' }),
  transformer_translator: () => new TransformerTranslator({ ...languages, dim: 8, heads: 2, layers: 2, feedForward: 16 }),
  linear_forecaster: () => new LinearForecaster({ ...series, window: 5 }),
  linear_forecaster_per_channel: () => new LinearForecaster({ ...series, window: 5, perChannel: true }),
  lstm_forecaster: () => new LSTMForecaster({ ...series, hidden: 5, layers: 2 }),
  matrix_factorization: () => new MatrixFactorization({ users: 7, items: 11, dim: 4 }),
  neural_collaborative_filtering: () => new NeuralCollaborativeFiltering({ users: 7, items: 11, dim: 4, layers: [8, 6, 4] }),
  digit_classifier: () => new SpokenDigitClassifier({ features: 16, width: 2, dropout: 0 }),
  speech_recognizer: () => new SpeechRecognizer({ classes: 5, features: 9, filters: 3, hidden: 4, dropout: 0 }),
}

const length = (v: ArrayLike<number>): number => Math.hypot(...Array.from(v))

/** Loads PyTorch's weights strictly; output to 1e-4 of the largest, of each gradient the numbers that are kept of it to 1e-4 of their length. */
async function check(make: () => Model, folder: string, name: string, engine: Engine | undefined): Promise<void> {
  const model = make()
  await loadWeights(model, join(folder, `${name}.weights.safetensors`))
  const { tensors } = await readSafetensors(join(folder, `${name}.expected.safetensors`))
  const given = (key: string): Tensor => tensor(tensors[key]!.data, tensors[key]!.shape)
  const inputs = Object.keys(tensors)
    .filter(key => key.startsWith('input/'))
    .toSorted()
    .map(given)
  model.train() // nothing is dropped
  const params = [...variables(model, Param)]
  const run = compile(
    (w: Tensor, ...x: Tensor[]) => {
      let output: Tensor
      const { grads } = valueAndGrad(
        params.map(([, p]) => p),
        () => (output = model.forward(...x)).mul(w).sum(),
      )
      return { output: output!, numbers: params.map(([path], i) => grads[i]!.flatten().gather(given(`at/${path}`))) }
    },
    { engine },
  )
  const { output, numbers } = await run(given('w'), ...inputs)
  const expected = tensors['output']!.data as Float32Array
  const largest = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1)
  close(await output.data(), expected, 1e-4 * largest, 'output:')
  for (const [i, [path]] of params.entries()) {
    const [actual, wanted] = [await numbers[i]!.data(), tensors[`grad/${path}`]!.data as Float32Array]
    const apart = length(Array.from(wanted, (e, k) => e - actual[k]!))
    // a bias of keys changes no weight of attention: its gradient is nothing
    expect(apart, `gradient of ${path}`).toBeLessThanOrEqual(1e-4 * Math.max(length(wanted), 1e-2))
  }
  expect(new Set(params.map(([path]) => `at/${path}`))).toEqual(new Set(Object.keys(tensors).filter(key => key.startsWith('at/'))))
  await run.dispose()
}

describe("the models of sequences with PyTorch's weights", () => {
  for (const [name, make] of Object.entries(small))
    it.each(Object.entries({ eager: undefined, ...engines }))(`${name}: %s`, (_, engine) => check(make, join(golden, 'nlp'), name, engine))
})

describe('the models of sequences as ONNX files', () => {
  it.each(Object.keys(small))('%s answers alike at two batch sizes', async name => {
    const model = small[name]!()
    await loadWeights(model, join(golden, 'nlp', `${name}.weights.safetensors`))
    const { tensors } = await readSafetensors(join(golden, 'nlp', `${name}.expected.safetensors`))
    const ports = Object.fromEntries(
      Object.entries(tensors)
        .filter(([key]) => key.startsWith('input/'))
        .map(([key, { shape, data }]) => [
          key.replace('/', ''),
          { shape: ['n', ...shape.slice(1)], dtype: data instanceof Int32Array ? 'int32' : 'float32' } as const,
        ]),
    )
    const { sizes } = await verify(model, await exportOnnx(model, ports), ports, { sizes: [1, 3], threads: 1 })
    expect(sizes.map(s => s.size)).toEqual([1, 3])
  })
})

const real: Readonly<Record<string, () => Model>> = {
  gpt2: () => new GPT2({ dropout: 0 }),
  bert: () => new BertForMaskedLM({ dropout: 0 }),
}
const cache = join(import.meta.dirname, '../../.cache/nlp')
const python = process.env.PORTOLAN_PYTHON ?? '/usr/bin/python3'
const chosen = (process.env.PORTOLAN_NLP ?? '').split(',')
const missing = Object.keys(real).filter(name => chosen.includes(name) && !existsSync(join(cache, `${name}.weights.safetensors`)))
const canMake = missing.length === 0 || spawnSync(python, ['-c', 'import torch']).status === 0

describe('BERT base and GPT-2 small', () => {
  for (const [name, make] of Object.entries(real)) {
    const reason = !chosen.includes(name)
      ? `it is large: PORTOLAN_NLP=${name} runs it`
      : missing.includes(name) && !canMake
        ? `${python} has no torch to make its weights`
        : undefined
    it.skipIf(reason)(
      reason ? `${name}: ${reason}` : name,
      async () => {
        if (missing.includes(name)) execFileSync(python, [join(golden, 'nlp_models.py'), cache, name], { stdio: 'inherit' })
        await check(make, cache, name, engines.auto)
      },
      1_800_000,
    )
  }
})
