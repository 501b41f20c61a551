import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Tokenizer as Theirs } from '@huggingface/tokenizers'
import { FormatError, HostRng, PortolanError, RangeError } from '@portolan/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { characterTokenizer, readTokenizer, saveTokenizer, Tokenizer, trainBpe, wordTokenizer } from '../node.ts'

const wordLevel = (words: readonly string[]) => ({
  type: 'WordLevel',
  vocab: Object.fromEntries(words.map((w, i) => [w, i])),
  unk_token: '?',
})
const file = (parts: object): object => ({
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  ...parts,
})
/** What a pre-tokenizer and normalizer make of a text. */
const parts = (text: string, pre_tokenizer: object | null, normalizer: object | null = null): string[] => {
  const seen: string[] = []
  // a vocabulary without a token for the unknown names the word it misses: add these one by one
  const vocab: Record<string, number> = { '?': 0 }
  let current = new Tokenizer(file({ pre_tokenizer, normalizer, model: { type: 'WordLevel', vocab } }))
  for (;;) {
    try {
      seen.push(...current.encode(text).tokens)
      return seen
    } catch (error) {
      const word = JSON.parse(/got (".*")$/s.exec((error as Error).message)![1]!) as string
      vocab[word] = Object.keys(vocab).length
      current = new Tokenizer(file({ pre_tokenizer, normalizer, model: { type: 'WordLevel', vocab } }))
    }
  }
}
const bertNormalizer = { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true }
const bertWords = { type: 'BertPreTokenizer' }

describe('normalizers', () => {
  const normalized = (text: string, normalizer: object): string => parts(text, null, normalizer)[0] ?? ''
  it.each<[string, object, string, string]>([
    ['BERT: accents and case', bertNormalizer, 'Ünïcödé Ärger', 'unicode arger'],
    ['BERT: control characters', bertNormalizer, 'a\u0000b\u200Dc\uFFFDd\te\u00A0f', 'abcd e f'],
    ['BERT: CJK', bertNormalizer, 'ab中文c', 'ab 中  文 c'],
    ['BERT: CJK beyond the first plane', bertNormalizer, 'a\u{20000}b', 'a \u{20000} b'],
    ['BERT: Hangul and kana stay', bertNormalizer, 'カナ', 'カナ'],
    ['BERT cased', { ...bertNormalizer, lowercase: false }, 'Ünï', 'Ünï'],
    ['BERT cased without accents', { ...bertNormalizer, lowercase: false, strip_accents: true }, 'Ünï', 'Uni'],
    ['NFKC', { type: 'NFKC' }, 'ﬁ①', 'fi1'],
    ['NFD and StripAccents', { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }] }, 'né', 'ne'],
    ['Strip', { type: 'Strip', strip_left: true, strip_right: false }, '  a ', 'a '],
    ['Replace text', { type: 'Replace', pattern: { String: '.' }, content: '$&' }, 'a.b', 'a$&b'],
    ['Replace pattern', { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }, 'a   b', 'a b'],
    ['Prepend', { type: 'Prepend', prepend: '▁' }, 'a', '▁a'],
    ['ByteLevel', { type: 'ByteLevel' }, 'é b', 'Ã©Ġb'],
  ])('%s', (_, normalizer, text, expected) => expect(normalized(text, normalizer)).toBe(expected))

  it('reads the table of SentencePiece', () => {
    // one entry, 'A' → 'ab': the root's offset is 128, its child at 128 ^ 65 has label 65, a leaf, and offset 1
    const units = new Uint32Array(256)
    units[0] = 128 << 10
    units[128 ^ 65] = (1 << 10) | 256 | 65
    units[128 ^ 65 ^ 1] = 0x80_00_00_00
    const bytes = Buffer.concat([Buffer.from(Uint32Array.of(1024).buffer), Buffer.from(units.buffer), Buffer.from('ab\0')])
    const normalizer = { type: 'Precompiled', precompiled_charsmap: bytes.toString('base64') }
    expect(normalized('xAB', normalizer)).toBe('xabB')
    expect(
      () => new Tokenizer(file({ normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' }, model: wordLevel(['?']) })),
    ).toThrow(/normalizer\.precompiled_charsmap must hold a trie/)
  })
})

describe('pre-tokenizers', () => {
  const split = (behavior: string, invert = false) => ({ type: 'Split', pattern: { String: '-' }, behavior, invert })
  it.each<[string, object, string, string[]]>([
    ["BERT's words and signs", bertWords, "it's  10%\n$a", ['it', "'", 's', '10', '%', '$', 'a']],
    ['Whitespace', { type: 'Whitespace' }, 'naïve_x, ?!b', ['naïve_x', ',', '?!', 'b']],
    ['WhitespaceSplit', { type: 'WhitespaceSplit' }, ' a, b ', ['a,', 'b']],
    ['Removed', split('Removed'), 'a--b', ['a', 'b']],
    ['Isolated', split('Isolated'), 'a--b', ['a', '-', '-', 'b']],
    ['MergedWithPrevious', split('MergedWithPrevious'), 'a--b', ['a-', '-', 'b']],
    ['MergedWithNext', split('MergedWithNext'), 'a--b', ['a', '-', '-b']],
    ['Contiguous', split('Contiguous'), 'a--b', ['a', '--', 'b']],
    ['inverted', split('Removed', true), 'a--b', ['-', '-']],
    ['Punctuation', { type: 'Punctuation', behavior: 'Isolated' }, 'a.«b', ['a', '.', '«', 'b']],
    ['Digits', { type: 'Digits', individual_digits: false }, 'a12b', ['a', '12', 'b']],
    ['single Digits', { type: 'Digits', individual_digits: true }, 'a12b', ['a', '1', '2', 'b']],
    ['CharDelimiterSplit', { type: 'CharDelimiterSplit', delimiter: '|' }, 'a|b', ['a', 'b']],
    ['FixedLength', { type: 'FixedLength', length: 2 }, 'abcde', ['ab', 'cd', 'e']],
    ['Metaspace', { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' }, 'a b', ['▁a', '▁b']],
    ['Metaspace, never', { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never' }, 'a b', ['a', '▁b']],
    ['Metaspace whole', { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false }, 'a b', ['▁a▁b']],
    // the published expression of GPT-2
    [
      'GPT-2',
      { type: 'ByteLevel', add_prefix_space: false },
      "I'll pay  $5, né?\n",
      ['I', "'ll", 'Ġpay', 'Ġ', 'Ġ$', '5', ',', 'ĠnÃ©', '?', 'Ċ'],
    ],
    ['GPT-2, a space first', { type: 'ByteLevel', add_prefix_space: true }, 'a 1x', ['Ġa', 'Ġ1', 'x']],
    [
      'an expression as of Llama 3',
      {
        type: 'Split',
        pattern: { Regex: String.raw`(?i:'s|'ll)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+(?!\S)|\s+` },
        behavior: 'Isolated',
      },
      "I'LL 12345 go!",
      ['I', "'LL", ' ', '123', '45', ' go', '!'],
    ],
    ['Unicode words', { type: 'Split', pattern: { Regex: String.raw`\w+|\d` }, behavior: 'Removed', invert: true }, 'née-٣', ['née', '٣']],
  ])('%s', (_, preTokenizer, text, expected) => expect(parts(text, preTokenizer)).toEqual(expected))
})

describe('models', () => {
  const model = (m: object, pre: object | null = { type: 'WhitespaceSplit' }) => new Tokenizer(file({ model: m, pre_tokenizer: pre }))
  it('WordPiece takes the longest piece, and a whole word or none', () => {
    // the example of the reference implementation
    const vocab = Object.fromEntries(['[UNK]', 'un', '##aff', '##able', 'want', '##ed', 'wa', 'runn', '##ing'].map((t, i) => [t, i]))
    const t = model({ type: 'WordPiece', vocab, unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 12 })
    expect(t.encode('unaffable wanted unwantedX running').tokens).toEqual([
      'un',
      '##aff',
      '##able',
      'want',
      '##ed',
      '[UNK]',
      'runn',
      '##ing',
    ])
    expect(t.encode('unaffableaffable').tokens).toEqual(['[UNK]']) // too long
  })
  it('BPE merges by rank, not by place', () => {
    const vocab = Object.fromEntries(['l', 'o', 'w', 'e', 'r', 'lo', 'low', 'er', 'ow'].map((t, i) => [t, i]))
    const t = model({ type: 'BPE', vocab, merges: ['e r', ['l', 'o'], 'lo w', 'o w'] })
    expect(t.encode('lower').tokens).toEqual(['low', 'er'])
    expect(t.encode('ow lxo').tokens).toEqual(['ow', 'lo']) // x is unknown and there is no token for it
  })
  it('BPE knows marks of continuation, unknown runs, bytes and whole words', () => {
    const ids = (list: string[]) => Object.fromEntries(list.map((t, i) => [t, i]))
    const marked = model({
      type: 'BPE',
      vocab: ids(['a', '##b', 'ab', '##b</w>', 'a</w>']),
      merges: ['a ##b'],
      continuing_subword_prefix: '##',
    })
    expect(marked.encode('abb').tokens).toEqual(['ab', '##b'])
    const ended = model({ type: 'BPE', vocab: ids(['a', 'b</w>', 'ab</w>']), merges: ['a b</w>'], end_of_word_suffix: '</w>' })
    expect(ended.encode('ab').tokens).toEqual(['ab</w>'])
    const fused = (fuse_unk: boolean) => model({ type: 'BPE', vocab: ids(['a', '?']), merges: [], unk_token: '?', fuse_unk })
    expect(fused(false).encode('xxa').tokens).toEqual(['?', '?', 'a'])
    expect(fused(true).encode('xxa').tokens).toEqual(['?', 'a'])
    const bytes = model({ type: 'BPE', vocab: ids(['a', '<0xC3>', '<0xA9>']), merges: [], byte_fallback: true })
    expect(bytes.encode('aé').tokens).toEqual(['a', '<0xC3>', '<0xA9>'])
    const whole = model({ type: 'BPE', vocab: ids(['a', 'b', 'ab']), merges: [], ignore_merges: true })
    expect(whole.encode('ab ba').tokens).toEqual(['ab', 'b', 'a'])
  })
  it('Unigram finds the likeliest tokens', () => {
    const vocab = [['<unk>', 0], ['a', -3], ['b', -3], ['ab', -4], ['abc', -9], ['c', -4]] // prettier-ignore
    const t = model({ type: 'Unigram', vocab, unk_id: 0 })
    expect(t.encode('abc').tokens).toEqual(['ab', 'c']) // −8 beats −9 and −10
    expect(t.encode('axyb').tokens).toEqual(['a', '<unk>', 'b'])
  })
  it('WordLevel refuses what it cannot say', () => {
    expect(model(wordLevel(['?', 'a'])).encode('a b').ids).toEqual([1, 0])
    expect(() => model({ type: 'WordLevel', vocab: { a: 0 } }).encode('a b')).toThrow(RangeError)
  })
})

describe('what stands around texts, and the way back', () => {
  const special = (id: number, content: string, more: object = {}) => ({ id, content, special: true, normalized: false, ...more })
  const added_tokens = [special(0, '[CLS]'), special(1, '[SEP]')]
  const base = { added_tokens, pre_tokenizer: bertWords, model: wordLevel(['[CLS]', '[SEP]', '?', 'a', 'b']) }
  const pieces = (id: string, type_id: number) => (id.length === 1 ? { Sequence: { id, type_id } } : { SpecialToken: { id, type_id } })
  const template = {
    type: 'TemplateProcessing',
    single: [pieces('[CLS]', 0), pieces('A', 0), pieces('[SEP]', 0)],
    pair: [pieces('[CLS]', 0), pieces('A', 0), pieces('[SEP]', 0), pieces('B', 1), pieces('[SEP]', 1)],
    special_tokens: { '[CLS]': { id: '[CLS]', ids: [0], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [1], tokens: ['[SEP]'] } },
  }
  it.each([
    ['TemplateProcessing', template, [0, 3, 1, 4, 4, 1], [0, 0, 0, 1, 1, 1]],
    ['BertProcessing', { type: 'BertProcessing', cls: ['[CLS]', 0], sep: ['[SEP]', 1] }, [0, 3, 1, 4, 4, 1], [0, 0, 0, 1, 1, 1]],
    [
      'RobertaProcessing',
      { type: 'RobertaProcessing', cls: ['[CLS]', 0], sep: ['[SEP]', 1] },
      [0, 3, 1, 1, 4, 4, 1],
      [0, 0, 0, 0, 0, 0, 0],
    ],
  ])('%s', (_, post_processor, ids, segments) => {
    const t = new Tokenizer(file({ ...base, post_processor }))
    expect(t.encode('a', { pair: 'b b' })).toMatchObject({ ids, segments })
    expect(t.encode('a b').ids).toEqual([0, 3, 4, 1])
    expect(t.encode('a b', { special: false }).ids).toEqual([3, 4])
    expect(t.decode([0, 3, 4, 1])).toBe('a b')
    expect(t.decode([0, 3], { special: true })).toBe('[CLS] a')
  })
  it('cuts what is too long', () => {
    const t = new Tokenizer(
      file({ ...base, post_processor: template, truncation: { max_length: 5, strategy: 'LongestFirst', stride: 0, direction: 'Right' } }),
    )
    expect(t.encode('a a a a a a').ids).toEqual([0, 3, 3, 3, 1])
    expect(t.encode('a a a', { pair: 'b b b', maxLength: 6 }).ids).toEqual([0, 3, 3, 1, 4, 1])
    expect(() => t.encode('a', { maxLength: 1 })).toThrow(/maxLength must leave room for the special tokens, got 1/)
  })
  it('finds added tokens first, the longest where several begin', () => {
    const tokens = [
      special(5, '<a>'),
      special(6, '<a><b>'),
      special(7, 'sun', { single_word: true }),
      special(8, '<m>', { lstrip: true, rstrip: true }),
    ]
    const t = new Tokenizer(
      file({
        added_tokens: tokens,
        pre_tokenizer: { type: 'Metaspace', prepend_scheme: 'first' },
        model: wordLevel(['?', '▁x', '▁y', 'y', 'x']),
      }),
    )
    expect(t.encode('x<a><b>y <a>').tokens).toEqual(['▁x', '<a><b>', 'y', '?', '<a>'])
    expect(t.encode('sunday sun').tokens.filter(x => x === 'sun')).toEqual(['sun'])
    expect(t.encode('x <m> y').tokens).toEqual(['▁x', '<m>', 'y'])
  })
  it.each<[string, object, string[], string]>([
    ['WordPiece', { type: 'WordPiece', prefix: '##', cleanup: true }, ['do', 'n', "'", 't', 'un', '##do', '!'], "do n ' t undo!"],
    ['Metaspace', { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' }, ['▁a', 'b', '▁c'], 'ab c'],
    ['ByteLevel', { type: 'ByteLevel' }, ['nÃ', '©', 'Ġx'], 'né x'],
    ['BPEDecoder', { type: 'BPEDecoder', suffix: '</w>' }, ['a', 'b</w>', 'c</w>'], 'ab c'],
    [
      'CTC',
      { type: 'CTC', pad_token: '<pad>', word_delimiter_token: '|', cleanup: true },
      ['h', 'h', '<pad>', 'h', 'i', '|', '|', 'a'],
      'hhi a',
    ],
    [
      'that of Llama',
      {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
          { type: 'Strip', content: ' ', start: 1, stop: 0 },
        ],
      },
      ['▁a', '<0xC3>', '<0xA9>', '▁b', '<0xC3>'],
      'aé b\uFFFD',
    ],
  ])('decodes as %s', (_, decoder, tokens, expected) => {
    const vocab = [...new Set(tokens)]
    const t = new Tokenizer(file({ decoder, model: { type: 'WordLevel', vocab: Object.fromEntries(vocab.map((v, i) => [v, i])) } }))
    expect(t.decode(tokens.map(token => t.idOf(token)))).toBe(expected)
  })
})

const lines = ['The cat sat on the mat, the cat.', "It's a test — naïve café, 中文!", 'the theatre there  then\n\tthem']
const random = (n: number): string => {
  const rng = new HostRng(n)
  const alphabet = [...Array.from("aet hecT's.,!0 9\n"), 'é', '中', '\u{1F600}', 'ß', '\u0301', 'ﬁ']
  return Array.from({ length: 60 }, () => alphabet[rng.integer(alphabet.length)]!).join('')
}

describe('tokenizers made here', () => {
  it('BPE merges the pair that is there most often', () => {
    const t = trainBpe(['low low low lower lower newest newest newest newest widest'], { vocabSize: 1 + 256 + 5, special: ['[PAD]'] })
    const { model } = t.toJSON() as { model: { merges: [string, string][]; vocab: Record<string, number> } }
    // counts: w e (4 newest + 2 lower) 6, l o 5, o w 5, e s 5, s t 5; of those as frequent, the earlier tokens; bytes stand in their order
    expect(model.merges[0]).toEqual(['w', 'e'])
    expect(model.merges[1]).toEqual(['l', 'o'])
    expect(t.size).toBe(262)
    expect(t.encode('low').ids.length).toBeLessThan(3)
  })
  it('BPE gives every text back', () => {
    const t = trainBpe(lines, { vocabSize: 300, special: ['[PAD]', '[BOS]', '[EOS]'], begin: '[BOS]', end: '[EOS]' })
    for (const text of [...lines, ...Array.from({ length: 50 }, (_, i) => random(i)), '']) {
      const { ids } = t.encode(text)
      expect([ids[0], ids.at(-1)]).toEqual([1, 2])
      expect(t.decode(ids)).toBe(text)
    }
    expect(trainBpe(lines, { vocabSize: 300 }).toJSON()).toEqual(trainBpe(lines, { vocabSize: 300 }).toJSON())
  })
  it('words and characters', () => {
    const words = wordTokenizer(['a b b', 'B c'], { vocabSize: 4, end: '[UNK]' })
    expect(words.encode('b A x').tokens).toEqual(['b', 'a', '[UNK]', '[UNK]'])
    expect(wordTokenizer(['a b b'], { minFrequency: 2 }).size).toBe(3)
    const characters = characterTokenizer(['hello\n'])
    expect(characters.encode('hell\n').ids).toEqual([2, 1, 3, 3, 0])
    expect(characters.decode([2, 1, 0])).toBe('he\n')
    expect(() => characters.encode('hex')).toThrow(/got "x"/)
  })
  it('refuses what is out of range', () => {
    expect(() => trainBpe(lines, { vocabSize: 256 })).toThrow(/vocabSize must be at least 257/)
    expect(() => wordTokenizer(lines, { special: ['[PAD]'] })).toThrow(/must hold '\[UNK\]'/)
    expect(() => wordTokenizer(lines, { begin: '[BOS]' })).toThrow(/begin must be one of the special tokens/)
    expect(() => characterTokenizer([])).toThrow(RangeError)
    expect(() => characterTokenizer(lines, { special: ['a', 'a'] })).toThrow(/must differ/)
  })
})

describe("beside Hugging Face's own library", () => {
  const bert = file({
    normalizer: bertNormalizer,
    pre_tokenizer: bertWords,
    model: {
      type: 'WordPiece',
      vocab: Object.fromEntries(
        ['[UNK]', ...'thecasto'.split('').flatMap(c => [c, `##${c}`]), 'the', '##at', '.', ',', "'", '中', '##e', 'ss']
          .filter((t, i, all) => all.indexOf(t) === i)
          .map((t, i) => [t, i]),
      ),
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
    },
  })
  const trained = trainBpe(lines, { vocabSize: 300 }).toJSON()
  it.each([
    ['byte-level BPE', trained],
    ['BERT', bert],
  ])('%s: the same tokens', (_, json) => {
    const [ours, theirs] = [new Tokenizer(json), new Theirs(json, {})]
    for (const text of [...lines, ...Array.from({ length: 200 }, (_, i) => random(100 + i))])
      expect(ours.encode(text).ids, text).toEqual(theirs.encode(text).ids)
  })
})

describe('files', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portolan-tokenizer-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('are written and read', async () => {
    const t = trainBpe(lines, { vocabSize: 280 })
    await saveTokenizer(t, join(folder, 'tokenizer.json'))
    expect((await readTokenizer(folder)).encode(lines[0]!).ids).toEqual(t.encode(lines[0]!).ids)
  })
  it('that are no UTF-8 or JSON are named', async () => {
    const path = join(folder, 'bad.json')
    await writeFile(path, Buffer.from([0x7b, 0xff, 0x7d]))
    await expect(readTokenizer(path)).rejects.toThrow(/bad\.json: must be UTF-8/)
    await writeFile(path, '{"model":')
    await expect(readTokenizer(path)).rejects.toThrow(/bad\.json: must be JSON/)
  })

  const deep = (n: number): object => (n ? { type: 'Sequence', normalizers: [deep(n - 1)] } : { type: 'NFC' })
  const good = wordLevel(['?', 'a'])
  it.each<[string, unknown, RegExp]>([
    ['no object', [], /must be an object/],
    ['no model', {}, /\$\.model must be an object, got nothing/],
    [
      'another model',
      { model: { type: 'Magic' } },
      /\$\.model\.type is not supported here\. There are BPE, WordPiece, WordLevel, Unigram, got "Magic"/,
    ],
    ['no vocabulary', { model: { type: 'WordLevel' } }, /model\.vocab must be an object/],
    ['an empty vocabulary', { model: { type: 'WordLevel', vocab: {} } }, /vocab must hold a token/],
    ['a number twice', { model: { type: 'WordLevel', vocab: { a: 0, b: 0 } } }, /must be the number of one token only/],
    ['no number', { model: { type: 'WordLevel', vocab: { a: 1.5 } } }, /must be a whole number/],
    ['a number below 0', { model: { type: 'WordLevel', vocab: { a: -1 } } }, /must be a whole number/],
    ['a merge of nothing', { model: { type: 'BPE', vocab: { a: 0 }, merges: ['a b'] } }, /merges\[0\] must be of tokens of the vocabulary/],
    ['a merge of three', { model: { type: 'BPE', vocab: { a: 0 }, merges: ['a a a'] } }, /must be two tokens/],
    ['BPE dropout', { model: { type: 'BPE', vocab: { a: 0 }, merges: [], dropout: 0.1 } }, /dropout is not supported here/],
    ['no unknown piece', { model: { type: 'WordPiece', vocab: { a: 0 } } }, /unk_token must be a token/],
    ['a score that is none', { model: { type: 'Unigram', vocab: [['a', '1']] } }, /vocab\[0\]\[1\] must be a number/],
    ['an unknown unknown', { model: { type: 'Unigram', vocab: [['a', 1]], unk_id: 3 } }, /unk_id must be a token/],
    ['sequences without end', { model: good, normalizer: deep(40) }, /more than 16 deep/],
    ['an unsupported normalizer', { model: good, normalizer: { type: 'Nmt' } }, /normalizer\.type is not supported here\..*got "Nmt"/],
    ['an unsupported pre-tokenizer', { model: good, pre_tokenizer: { type: 'UnicodeScripts' } }, /got "UnicodeScripts"/],
    ['a type that is a property of objects', { model: good, decoder: { type: 'constructor' } }, /is not supported here/],
    [
      'a broken expression',
      { model: good, pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } },
      /Regex cannot be read/,
    ],
    [
      'a possessive expression',
      { model: good, pre_tokenizer: { type: 'Split', pattern: { Regex: 'a++' }, behavior: 'Isolated' } },
      /possessive/,
    ],
    [
      'an unknown behavior',
      { model: good, pre_tokenizer: { type: 'Split', pattern: { String: 'a' }, behavior: 'Eaten' } },
      /must be one of Removed/,
    ],
    [
      'a template without its token',
      {
        model: good,
        post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: 'X', type_id: 0 } }], special_tokens: {} },
      },
      /must be one of special_tokens/,
    ],
    ['an empty added token', { model: good, added_tokens: [{ id: 3, content: '' }] }, /must not be empty/],
    [
      'an added token with the number of another',
      { model: good, added_tokens: [{ id: 1, content: 'x' }] },
      /must have numbers of their own/,
    ],
    ['truncation at the left', { model: good, truncation: { max_length: 3, direction: 'Left' } }, /direction must be one of Right/],
    ['a flag that is none', { model: good, normalizer: { type: 'Strip', strip_left: 1 } }, /strip_left must be true or false/],
  ])('with %s are refused', (_, json, message) => {
    const make = () => new Tokenizer(JSON.stringify(json), 'x.json')
    expect(make).toThrow(FormatError)
    expect(make).toThrow(message)
    expect(make).toThrow(/^x\.json: /)
  })
  it('survive the name of a prototype', () => {
    const t = new Tokenizer(
      '{"model":{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"__proto__":1,"constructor":2}},"pre_tokenizer":{"type":"WhitespaceSplit"}}',
    )
    expect(t.encode('__proto__ constructor toString').ids).toEqual([1, 2, 0])
  })
  it('that are changed somewhere give a tokenizer or a clear error', () => {
    const text = JSON.stringify(trainBpe(lines, { vocabSize: 262 }).toJSON())
    const rng = new HostRng(5)
    const errors: unknown[] = []
    for (let i = 0; i < 200; i++) {
      const at = rng.integer(text.length)
      const broken = text.slice(0, at) + String.fromCharCode(32 + rng.integer(95)) + text.slice(at + 1 + rng.integer(3))
      try {
        new Tokenizer(broken).encode(lines[0]!)
      } catch (error) {
        errors.push(error)
      }
    }
    expect(errors.filter(e => !(e instanceof PortolanError))).toEqual([])
    expect(errors.length).toBeGreaterThan(20)
  })
})
