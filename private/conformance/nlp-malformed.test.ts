import { DTypeError, FormatError, HostRng, PortolanError, RangeError, ShapeError, tensor, zeros, type Tensor } from '@portolan/core'
import {
  decodeText,
  encodeWav,
  forecastWindows,
  nextTokenWindows,
  parseConll,
  parseCsv,
  parseJsonLines,
  parseLabelled,
  parseParallel,
  parseWav,
  SequenceDataset,
  vocabulary,
} from '@portolan/data'
import {
  beamCtc,
  beamSearch,
  Bert,
  characterTokenizer,
  generate,
  GPT2,
  greedyCtc,
  maskTokens,
  oneByOne,
  SpeechRecognizer,
  TextCNN,
  Tokenizer,
  TransformerTranslator,
  wordTokenizer,
} from '@portolan/nlp'
import { expect, it } from 'vitest'

const label = 'x.txt'
const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)
const wav = encodeWav({ data: new Float32Array(40), shape: [1, 40], sampleRate: 8_000 })
const lying = (change: (view: DataView) => void): Uint8Array => {
  const copy = wav.slice()
  change(new DataView(copy.buffer))
  return copy
}
const tokenizer = (parts: object): Tokenizer => new Tokenizer(JSON.stringify({ model: { type: 'WordLevel', vocab: { '?': 0, a: 1 }, unk_token: '?' }, ...parts }), 'x.json') // prettier-ignore
const nested = (n: number): object => (n ? { type: 'Sequence', normalizers: [nested(n - 1)] } : { type: 'NFC' })
const ids = (n: number): Tensor => tensor(new Int32Array(n).fill(1), [1, n])
const small = { vocabSize: 9, context: 4, dim: 8, layers: 1, heads: 2, dropout: 0 }
const first = <T>(tokens: AsyncIterable<T>): Promise<IteratorResult<T>> => tokens[Symbol.asyncIterator]().next()
const next = { next: () => Promise.resolve([new Float32Array(3)]) }

type Kind = typeof PortolanError
const cases: [what: string, run: () => unknown, kind: Kind, op: string, message: RegExp][] = [
  // bad UTF-8
  ['a byte that begins nothing', () => decodeText(bytes(97, 0xff), { label }), FormatError, label, /0xff/],
  ['a character that is too long', () => decodeText(bytes(0xc0, 0x80), { label }), FormatError, label, /0xc0 at 0/],
  ['half a pair of UTF-16', () => decodeText(bytes(0xed, 0xa0, 0x80), { label }), FormatError, label, /0xa0 at 1/],
  ['a text cut off in a character', () => decodeText(bytes(97, 0xc3), { label }), FormatError, label, /cut off at byte/],
  ['UTF-16', () => decodeText(bytes(97, 0, 98, 0), { label }), FormatError, label, /zero byte at 1/],
  // ragged tables
  ['a short row', () => parseCsv('a,b\n1,2\n3\n', { label }), FormatError, label, /row 3 has 1 cells, there are 2 columns/],
  ['a long row', () => parseCsv('a,b\n1,2,3\n', { label }), FormatError, label, /row 2 has 3 cells/],
  ['a quote without end', () => parseCsv('a,b\n"1,2\n', { label }), FormatError, label, /quot/i],
  ['a word for a number', () => parseCsv('a\nx\n', { label }).numbers(['a']), FormatError, label, /'x' is no number/],
  ['a column that is not there', () => parseCsv('a\n1\n', { label }).column('b'), RangeError, label, /no column 'b', only a/],
  ['an empty table', () => parseCsv('', { label }), FormatError, label, /./],
  ['a sentence with a column too few', () => parseConll('a O\nb\n', { columns: ['token', 'tag'], label }), FormatError, label, /line 2/],
  // broken JSON lines
  ['a line cut off', () => parseJsonLines('{"a":1}\n{"a":', { label }), FormatError, label, /line 2 is no JSON/],
  ['a line that is a list', () => parseJsonLines('[1]', { label }), FormatError, label, /line 1 must be an object/],
  ['a line without its field', () => parseJsonLines('{"a":1}', { label, fields: ['b'] }), FormatError, label, /no field 'b'/],
  ['a line of a hundred thousand brackets', () => parseJsonLines(`{"a":${'['.repeat(1e5)}`, { label }), FormatError, label, /line 1|deep/],
  // WAV headers that lie
  [
    'more samples than there are',
    () =>
      parseWav(
        lying(v => v.setUint32(40, 999, true)),
        { label },
      ),
    FormatError,
    label,
    /999 bytes/,
  ],
  [
    'samples of a codec',
    () =>
      parseWav(
        lying(v => v.setUint16(20, 0x55, true)),
        { label },
      ),
    FormatError,
    label,
    /kind 85/,
  ],
  [
    'no channel',
    () =>
      parseWav(
        lying(v => v.setUint16(22, 0, true)),
        { label },
      ),
    FormatError,
    label,
    /0 channels/,
  ],
  [
    'no rate',
    () =>
      parseWav(
        lying(v => v.setUint32(24, 0, true)),
        { label },
      ),
    FormatError,
    label,
    /0 samples a second/,
  ],
  [
    'another kind of RIFF',
    () =>
      parseWav(
        lying(v => v.setUint8(8, 65)),
        { label },
      ),
    FormatError,
    label,
    /RIFF/,
  ],
  ['a head alone', () => parseWav(wav.subarray(0, 12), { label }), FormatError, label, /missing/],
  // tokenizer files
  ['a tokenizer that is no JSON', () => new Tokenizer('{"model":', 'x.json'), FormatError, 'x.json', /JSON/],
  ['normalizers forty deep', () => tokenizer({ normalizer: nested(40) }), FormatError, 'x.json', /more than 16 deep/],
  [
    'merges that go round',
    () => tokenizer({ model: { type: 'BPE', vocab: { a: 0, b: 1 }, merges: ['a b', 'b a'] } }),
    FormatError,
    'x.json',
    /merges/,
  ],
  [
    'two tokens of one number',
    () => tokenizer({ model: { type: 'WordLevel', vocab: { a: 0, b: 0 } } }),
    FormatError,
    'x.json',
    /one token only/,
  ],
  ['a template of an unknown token', () => tokenizer({ post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: 'X', type_id: 0 } }], special_tokens: {} } }), FormatError, 'x.json', /special_tokens/], // prettier-ignore
  // empty documents
  ['a file of no lines', () => parseLabelled('', { label }), FormatError, label, /no line/],
  ['a class without a text', () => parseLabelled('a \n', { label }), FormatError, label, /line 1/],
  ['no translation', () => parseParallel('\n', '\n'), FormatError, 'source, target', /no pair/],
  ['translations out of step', () => parseParallel('a\nb\n', 'x\n'), FormatError, 'target', /as many lines/],
  ['an empty prompt', () => first(generate(next, [], { maxTokens: 1 })), RangeError, 'generate', /must have a token/],
  ['a search from nothing', () => beamSearch(next, [], { maxTokens: 1, end: 0 }), RangeError, 'beamSearch', /must have a token/],
  ['a word outside of a closed vocabulary', () => vocabulary([['a']], { specials: [] }).encode(['b']), RangeError, 'Vocabulary', /'b'/],
  ['special tokens that fill a row', () => wordTokenizer(['a'], { special: ['[PAD]', '[UNK]', '[A]'], begin: '[A]' }).encode('a', { maxLength: 0 }), RangeError, 'Tokenizer', /room/], // prettier-ignore
  // sequences longer than the model, or shorter
  ['more than BERT sees', () => new Bert(small).forward(ids(5)), ShapeError, 'Bert', /at most 4 tokens/],
  ['more than GPT-2 sees', () => new GPT2(small).forward(ids(5)), ShapeError, 'GPT2', /at most 4 tokens/],
  ['more than a cache holds', () => oneByOne({ predict: () => Promise.reject(new Error('asked')), dispose: async () => {} }, new GPT2(small)).next([[1, 1, 1, 1, 1]]), RangeError, 'oneByOne', /at most 4 tokens/], // prettier-ignore
  [
    'a row longer than is allowed',
    () => new SequenceDataset({ ids: [new Int32Array(5)] }, {}, { maxLength: 4 }),
    RangeError,
    'SequenceDataset',
    /5 steps/,
  ],
  ['a series shorter than a window', () => forecastWindows({ data: new Float32Array(9), shape: [9] }, { past: 8, horizon: 2 }), RangeError, 'forecastWindows', /takes 10 steps/], // prettier-ignore
  [
    'a text shorter than a window',
    () => nextTokenWindows(new Int32Array(4), { length: 4 }),
    RangeError,
    'nextTokenWindows',
    /takes 5 steps/,
  ],
  ['tokens that are floats', () => new TextCNN({ vocabSize: 9, classes: 2 }).forward(zeros([1, 3])), DTypeError, 'TextCNN', /int32/],
  ['a translation without rows', () => new TransformerTranslator({ sourceSize: 9, targetSize: 9, dim: 8, heads: 2, layers: 1 }).forward(ids(3).squeeze(0), ids(3)), ShapeError, 'TransformerTranslator', /\[n, t\]/], // prettier-ignore
  [
    'features of another sound',
    () => new SpeechRecognizer({ classes: 3, features: 8 }).forward(zeros([1, 7, 9])),
    ShapeError,
    'SpeechRecognizer',
    /\[n, 8, frames\]/,
  ],
  ['scores that are no rows', () => greedyCtc({ data: [1, 2, 3], classes: 2 }), ShapeError, 'ctc', /rows of 2 classes/],
  ['a blank that is no class', () => beamCtc({ data: [1, 2], classes: 2, blank: 2 }), RangeError, 'ctc', /blank/],
  [
    'a mask that is no token',
    () => maskTokens(new Int32Array(3), new HostRng(1), { mask: 9, vocabSize: 9, special: [] }),
    RangeError,
    'maskTokens',
    /0 … 8/,
  ],
  ['a number that is no token', () => characterTokenizer(['ab']).decode([99]), RangeError, 'Tokenizer', /got 99/],
]

it('there are forty or more', () => expect(cases.length).toBeGreaterThanOrEqual(40))

it.each(cases)('%s', async (_, run, kind, op, message) => {
  const error: unknown = await (async () => run())().then(
    () => undefined,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(kind)
  if (!(error instanceof PortolanError)) throw error // narrowed
  expect(error.code).toMatch(/^PORTOLAN_[A-Z]+$/)
  expect(error.code).toBe(kind.code)
  expect(error.op?.split(' ')[0]).toBe(op.split(' ')[0])
  expect(error.expected).toBeTruthy() // the rule
  expect(error.message).toMatch(message)
  expect((error as { file?: string }).file).toBe(kind === FormatError ? error.op : undefined)
})
