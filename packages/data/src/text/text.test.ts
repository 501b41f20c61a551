import { FormatError, HostRng, RangeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { decodeText } from './decode-text.ts'
import { parseLabelled, takeTexts } from './labelled-texts.ts'
import { parseConll } from './parse-conll.ts'
import { parseJsonLines } from './parse-json-lines.ts'
import { parseLines } from './parse-lines.ts'
import { parseParallel } from './parse-parallel.ts'
import { vocabulary, vocabularyOf } from './vocabulary.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

describe('text', () => {
  it('is UTF-8 without its byte order mark, or latin1', () => {
    expect(decodeText(bytes('\uFEFFZoë 🎬'))).toBe('Zoë 🎬')
    expect(decodeText(Uint8Array.of(0xf0, 0x41), { encoding: 'latin1' })).toBe('ðA')
    expect(decodeText(new Uint8Array(20_000).fill(65), { encoding: 'latin1' }).length).toBe(20_000)
    expect(decodeText(new Uint8Array())).toBe('')
  })
  it('has lines, whatever ends them', () => {
    expect(parseLines('a\r\n\nb\n')).toEqual(['a', '', 'b'])
    expect(parseLines('a\u2028b\n\n')).toEqual(['a\u2028b', ''])
    expect(parseLines('')).toEqual([])
  })
  it('has classes', () => {
    const read = parseLabelled('spam win : now\nham see you\nspam 1\n')
    expect(read).toEqual({ texts: ['win : now', 'see you', '1'], labels: Int32Array.of(1, 0, 1), classes: ['ham', 'spam'] })
    expect(takeTexts(read, [2, 1])).toEqual({ texts: ['1', 'see you'], labels: Int32Array.of(1, 0), classes: ['ham', 'spam'] })
    expect(parseLabelled('b\tx y', { separator: '\t', classes: ['a', 'b'] }).labels).toEqual(Int32Array.of(1))
  })
  it('has translations', () => {
    expect(parseParallel('a\n\nc\n', 'x\ny\nz\n')).toEqual({ source: ['a', 'c'], target: ['x', 'z'] })
  })
  it('has columns, with sentences between lines that are empty or hold only tabs', () => {
    const text = '-DOCSTART- O\n\nEU NNP B-ORG\nrejects VBZ O\n\t\n\nNo DT O\n'
    expect(parseConll(text, { columns: ['token', 'part'], comment: '-DOCSTART-' })).toEqual([
      { token: ['EU', 'rejects'], part: ['NNP', 'VBZ'] },
      { token: ['No'], part: ['DT'] },
    ])
    expect(parseConll('New York\tB\n', { columns: ['token', 'tag'], separator: '\t' })).toEqual([{ token: ['New York'], tag: ['B'] }])
  })
  it('has objects in lines', () => {
    const rows = parseJsonLines('\uFEFF{"text":"a\\n[[b","n":1}\n\n{"text":"","n":{"x":[2]}}\r\n', { fields: ['text'], maxDepth: 3 })
    expect(rows).toEqual([
      { text: 'a\n[[b', n: 1 },
      { text: '', n: { x: [2] } },
    ])
    const [row] = parseJsonLines('{"__proto__":{"bad":true}}')
    expect((row as { bad?: boolean }).bad).toBeUndefined()
    expect(({} as { bad?: boolean }).bad).toBeUndefined()
  })
})

const label = 'x.txt'
const malformed: [string, () => unknown, RegExp][] = [
  [
    'a byte that is no UTF-8',
    () => decodeText(Uint8Array.of(97, 98, 0xff, 99), { label }),
    /x\.txt: it is not UTF-8, the byte 0xff at 2 does not belong/,
  ],
  [
    'latin1 as UTF-8',
    () => decodeText(Uint8Array.of(97, 0xf0, 98, 99), { label }),
    /the byte 0x62 at 2 does not belong.*encoding: 'latin1'/,
  ],
  ['a character too long for its value', () => decodeText(Uint8Array.of(0xc0, 0x80), { label }), /byte 0xc0 at 0/],
  ['a surrogate', () => decodeText(Uint8Array.of(65, 0xed, 0xa0, 0x80), { label }), /byte 0xa0 at 2/],
  ['a character cut off', () => decodeText(bytes('aé').subarray(0, 2), { label }), /last character is cut off at byte 2/],
  ['zeros', () => decodeText(bytes('ab\0c'), { label }), /zero byte at 2/],
  ['UTF-16', () => decodeText(Buffer.from('ab', 'utf16le'), { label, encoding: 'latin1' }), /zero byte at 1/],
  ['no line with a class', () => parseLabelled('', { label }), /there is no line/],
  ['a line without a text', () => parseLabelled('a x\nb\n', { label }), /line 2 must be a class, " " and a text, got "b"/],
  ['an empty text', () => parseLabelled('a x\nb  \n', { label }), /line 2 must be a class/],
  ['a line without a class', () => parseLabelled(' x', { label }), /line 1 must be a class/],
  ['an unknown class', () => parseLabelled('c x', { label, classes: ['a', 'b'] }), /line 1: the class 'c' is not one of a, b/],
  [
    'translations that are fewer',
    () => parseParallel('a\nb\n', 'x\n', ['x.en', 'x.de']),
    /x\.de: it must have as many lines as x\.en, got 1 and 2/,
  ],
  ['no translations at all', () => parseParallel('\n', '\n'), /there is no pair/],
  [
    'too few columns',
    () => parseConll('a O\nb\n', { columns: ['token', 'tag'], label }),
    /line 2 must have 2 columns \(token, tag\), got "b"/,
  ],
  [
    'an empty cell',
    () => parseConll('a\t\tO\n', { columns: ['token', 'part', 'tag'], separator: '\t', label }),
    /line 1 must have 3 columns/,
  ],
  ['no sentence', () => parseConll('\n\n', { columns: ['token'], label }), /there is no sentence/],
  ['a broken JSON line', () => parseJsonLines('{"a":1}\n{"a":\n', { label }), /line 2 is no JSON/],
  ['an array in a line', () => parseJsonLines('[1]', { label }), /line 1 must be an object, got "\[1\]"/],
  ['null', () => parseJsonLines('null', { label }), /must be an object/],
  ['a missing field', () => parseJsonLines('{"a":1}', { label, fields: ['toString'] }), /no field 'toString', only a/],
  ['values too deep', () => parseJsonLines(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, { label }), /more than 64 deep/],
  ['tokens that are no texts', () => vocabularyOf(['a', 1] as string[]), /token 1 must be a text, got 1/],
  ['a token twice', () => vocabularyOf(['a', 'b', 'a']), /'a' is there twice, as 0 and as 2/],
  ['no token for the unknown', () => vocabularyOf(['a'], '<unk>'), /'<unk>', for the unknown, is not among/],
]
describe('malformed text', () => {
  it.each(malformed)('%s', (_, f, message) => {
    expect(f).toThrow(FormatError)
    expect(f).toThrow(message)
  })
  it('gives no other error, whatever it is', () => {
    const rng = new HostRng(2)
    const good = bytes('{"text":"a é","n":[1,{"x":2}]}\n{"text":"b","n":null}\n')
    let refused = 0
    for (let i = 0; i < 1000; i++) {
      const copy = Buffer.from(good)
      for (let k = 0; k < 3; k++) copy[rng.integer(copy.length)] = rng.integer(256)
      for (const parse of [parseJsonLines, parseLabelled, (t: string) => parseConll(t, { columns: ['a', 'b'] })]) {
        try {
          parse(decodeText(copy))
        } catch (error) {
          if (!(error instanceof FormatError)) throw error
          refused++
        }
      }
    }
    expect(refused).toBeGreaterThan(500)
  })
})

describe('vocabulary', () => {
  const texts = [['b', 'a', 'b'], ['c', 'a', 'b'], ['constructor']]
  it('numbers tokens, the more frequent first, and finds them again', () => {
    const words = vocabulary(texts)
    expect(words.tokens).toEqual(['<pad>', '<unk>', 'b', 'a', 'c', 'constructor'])
    expect(words.encode(['a', 'zebra', 'toString', 'b'])).toEqual(Int32Array.of(3, 1, 1, 2))
    expect(words.decode([2, 0, 5])).toEqual(['b', '<pad>', 'constructor'])
    const again = vocabularyOf(JSON.parse(JSON.stringify(words.tokens)) as string[])
    expect(again.encode(['c', '?'])).toEqual(words.encode(['c', '?']))
  })
  it('leaves out the rare, and what is too much', () => {
    expect(vocabulary(texts, { minCount: 2 }).tokens).toEqual(['<pad>', '<unk>', 'b', 'a'])
    expect(vocabulary(texts, { maxSize: 3 }).tokens).toEqual(['<pad>', '<unk>', 'b'])
    expect(vocabulary(texts, { specials: [] }).tokens).toEqual(['b', 'a', 'c', 'constructor'])
    expect(vocabulary([['<s>', 'x']], { specials: ['<s>', '<?>'], unknown: '<?>' }).encode(['y', '<s>'])).toEqual(Int32Array.of(1, 0))
  })
  it('refuses what it does not know', () => {
    expect(() => vocabulary(texts, { specials: [] }).encode(['zebra'])).toThrow(
      /'zebra' is not among its 4 tokens\. Give it one for the unknown/,
    )
    expect(() => vocabulary(texts).decode([6])).toThrow(/6 stands for no token, there are 6/)
    expect(() => vocabulary(texts, { minCount: 0 })).toThrow(RangeError)
    expect(() => vocabulary(texts, { maxSize: 2 })).toThrow(RangeError)
  })
})
