import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { FormatError } from '@portolan/core'
import { DownloadError } from '@portolan/core/node'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { encodeWav } from '../audio/encode-wav.ts'
import { framesFirst, logMel } from '../audio/mel.ts'
import { forecastWindows } from '../series/window-dataset.ts'
import { imputer } from '../table/imputer.ts'
import { standardScaler } from '../table/scaler.ts'
import { findFile, readText } from './find-file.ts'
import { readCsv } from './read-csv.ts'
import { readWav } from './read-wav.ts'
import { spokenDigits } from './spoken-digits.ts'
import { etth1, movieLens } from './table-sets.ts'
import { multi30k, rtPolarity, tinyShakespeare, trec, wnut17 } from './text-sets.ts'

const shared = process.env.PORTOLAN_DATA
let root: string
let next = 0

/** A new folder with these files. */
async function folder(files: Record<string, string | Uint8Array>): Promise<string> {
  const path = join(root, String(next++))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return path
}
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'portolan-'))))
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rm(root, { recursive: true }))

describe.skipIf(!shared)('the shared data (needs PORTOLAN_DATA)', () => {
  it('rt-polarity', async () => {
    const { texts, labels, classes } = await rtPolarity()
    expect([texts.length, labels.filter(l => l === 1).length, classes]).toEqual([10_662, 5_331, ['negative', 'positive']])
    expect(texts[0]).toBe('simplistic , silly and tedious .')
  })
  it('TREC', async () => {
    const { train, test } = await trec()
    expect([train.texts.length, test.texts.length, train.classes]).toEqual([5_452, 500, ['DESC', 'ENTY', 'ABBR', 'HUM', 'LOC', 'NUM']])
    expect([train.texts[0], train.labels[0]]).toEqual(['How did serfdom develop in and then leave Russia ?', 0])
    const fine = await trec({ fine: true })
    expect([fine.train.classes.length, fine.test.texts]).toEqual([50, test.texts])
    fine.train.labels.forEach((l, i) => expect(fine.train.classes[l]!.split(':')[0]).toBe(train.classes[train.labels[i]!]))
  })
  it('tiny Shakespeare', async () => {
    const { train, validation } = await tinyShakespeare()
    expect([train.length, validation.length, new Set(train + validation).size]).toEqual([1_003_854, 111_540, 65])
    expect(train.slice(0, 14)).toBe('First Citizen:')
  })
  it('Multi30k', async () => {
    const { train, validation, test } = await multi30k()
    expect([train, validation, test].map(p => [p.source.length, p.target.length])).toEqual([
      [29_000, 29_000],
      [1_014, 1_014],
      [1_000, 1_000],
    ])
    expect(train.target[0]).toBe('Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.')
    expect((await multi30k({ source: 'de' })).test.target).toEqual(test.source)
  })
  it('WNUT 17', async () => {
    const { train, validation, test } = await wnut17()
    expect([train, validation, test].map(p => [p.length, p.reduce((n, s) => n + s.token.length, 0)])).toEqual([
      [3_394, 62_730],
      [1_009, 15_733],
      [1_287, 23_394],
    ])
    expect([...new Set(train.flatMap(s => s.tag))].every(tag => /^(O|[BI]-[a-z-]+)$/.test(tag))).toBe(true)
  })
  it('spoken digits', async () => {
    const { train, test } = await spokenDigits()
    expect([train.length, test.length]).toEqual([2_700, 300])
    expect(new Set(train.map(r => r.speaker)).size).toBe(6)
    expect([...train, ...test].every(r => r.sound.sampleRate === 8_000 && r.sound.shape[0] === 1)).toBe(true)
    const seconds = [...train, ...test].reduce((sum, r) => sum + r.sound.data.length / 8_000, 0)
    expect(Math.round(seconds)).toBe(1_312)
    const features = framesFirst(logMel(test[0]!.sound, { sampleRate: 8_000, fft: 256, hop: 80, mels: 40 }))
    expect(features.shape).toEqual([Math.floor(test[0]!.sound.data.length / 80) + 1, 40])
  })
  it('MovieLens', async () => {
    const { data, users, items } = await movieLens()
    expect([data.length, users.length, items.length, users[0], items.at(-1)]).toEqual([100_836, 610, 9_724, '1', '193609'])
    expect([data.fields.user.data[0], data.fields.rating.data[0]]).toEqual([0, 4])
  })
  it('ETTh1: a forecast of yesterday has the error that is known', async () => {
    const { train, test, names } = await etth1({ past: 24 })
    expect([train.shape, test.shape, names.at(-1)]).toEqual([[8_640, 7], [2_904, 7], 'OT'])
    const windows = forecastWindows(standardScaler(train).apply(test), { past: 24, horizon: 24 })
    expect(windows.length).toBe(2_857)
    const { x, y } = windows.gather(Array.from({ length: windows.length }, (_, i) => i))
    const error = [...y.data].reduce((sum, v, i) => sum + (v - x.data[i]!) ** 2, 0) / y.data.length
    expect(error).toBeCloseTo(0.424, 2) // yesterday once more
  })
  it('California housing: missing values are filled by the median', async () => {
    const table = await readCsv(join(shared!, 'tabular/california_housing.csv'))
    const rooms = table.numbers(['total_bedrooms'])
    const { state, apply } = imputer(rooms, 'median')
    expect(state.values).toEqual([435]) // as in the book's notebook
    expect(apply(rooms).data.filter(v => v === 435).length - rooms.data.filter(v => v === 435).length).toBe(207)
  })
})

describe('files of sets', () => {
  it('come from root, from the shared folder, or from their origin, once', async () => {
    const shared2 = await folder({ 'trec/TREC.train.all': '0 b b\n', 'trec/TREC.test.all': '5 c c\n' })
    const own = await folder({ 'TREC.train.all': '1 a a\n' })
    vi.stubEnv('PORTOLAN_DATA', shared2)
    const { train, test } = await trec({ root: own })
    expect([train.texts, [...train.labels], test.texts, [...test.labels]]).toEqual([['a a'], [1], ['c c'], [5]])
    vi.stubEnv('PORTOLAN_DATA', '')
    vi.stubEnv('PORTOLAN_CACHE', join(root, 'cache'))
    const asked: string[] = []
    const content = 'First Citizen:\n'
    const answer = ((url: string) => {
      asked.push(url)
      return Promise.resolve(new Response(content))
    }) as typeof fetch
    await expect(tinyShakespeare({ fetch: answer })).rejects.toThrow(DownloadError) // other bytes than were published
    expect(asked[0]).toMatch(/^https:\/\/raw\.githubusercontent\.com\/karpathy\/char-rnn\/[0-9a-f]{40}\/data\/tinyshakespeare\/input\.txt$/)
    const origin = { url: 'https://example.org/x', sha256: createHash('sha256').update(content).digest('hex') }
    for (let i = 0; i < 2; i++) expect(await readText(await findFile('some', 'a/x.txt', { fetch: answer }, origin))).toBe(content)
    expect(asked.length).toBe(2)
  })
  it('are decompressed by their name', async () => {
    const path = await folder({ 'a.txt.gz': gzipSync('Grüße\n') })
    expect(await readText(join(path, 'a.txt.gz'))).toBe('Grüße\n')
  })
})

const wav = encodeWav({ data: new Float32Array(100), shape: [1, 100], sampleRate: 8_000 })
const ett = (rows: number, change = (line: string, _: number) => line): string =>
  ['date,a,OT', ...Array.from({ length: rows }, (_, i) => change(`2016,${i},1`, i))].join('\n')
const malformed: [string, () => Promise<unknown>, RegExp][] = [
  ['a file that is not there', () => readText(join(root, 'none.txt')), /none\.txt: it cannot be read \(ENOENT\)/],
  ['a folder for a file', async () => readText(await folder({ x: '' })), /it cannot be read \(EISDIR\)/],
  ['no gzip', async () => readText(join(await folder({ 'x.gz': 'plain' }), 'x.gz')), /the 5 bytes are no gzip/],
  [
    'a bomb',
    async () => readText(join(await folder({ 'x.gz': gzipSync('a'.repeat(100_000)) }), 'x.gz'), { maxBytes: 10_000 }),
    /no gzip of at most 10000 bytes/,
  ],
  ['more than is allowed', async () => readText(join(await folder({ x: 'abcdef' }), 'x'), { maxBytes: 5 }), /6 bytes, maxBytes allows 5/],
  ['a cut gzip', async () => readText(join(await folder({ 'x.gz': gzipSync('a\nb\n').subarray(0, 15) }), 'x.gz')), /no gzip of at most/],
  [
    'reviews in latin1',
    async () => rtPolarity({ root: await folder({ 'rt-polarity.neg': Uint8Array.of(97, 0xe9, 98), 'rt-polarity.pos': 'a' }) }),
    /rt-polarity\.neg: it is not UTF-8, the byte 0x62 at 2/,
  ],
  [
    'a question of class 6',
    async () => trec({ root: await folder({ 'TREC.train.all': '6 x\n', 'TREC.test.all': '0 x\n' }) }),
    /TREC\.train\.all: line 1: the class '6' is not one of 0, 1/,
  ],
  ['fine classes that nobody has', () => trec({ root: join(root, 'empty'), fine: true }), /trec: there is no raw\/TREC\.train in/],
  [
    'translations out of step',
    async () => multi30k({ root: await folder({ 'train.en.gz': gzipSync('a\nb\n'), 'train.de.gz': gzipSync('x\n') }) }),
    /train\.de\.gz: it must have as many lines as .*train\.en\.gz, got 1 and 2/,
  ],
  [
    'tags that are missing',
    async () => wnut17({ root: await folder({ 'wnut17train.conll': 'a\tO\nb\n' }) }),
    /wnut17train\.conll: line 2 must have 2 columns/,
  ],
  ['no recordings', () => spokenDigits({ root: join(root, 'empty') }), /fsdd: there is no recordings in/],
  [
    'an empty folder of recordings',
    async () => spokenDigits({ root: await folder({ 'recordings/readme': '' }) }),
    /there is no recording such as/,
  ],
  [
    'a recording without a digit',
    async () => spokenDigits({ root: await folder({ 'recordings/x_george_0.wav': wav }) }),
    /x_george_0\.wav: a recording is named/,
  ],
  [
    'a recording cut off',
    async () => spokenDigits({ root: await folder({ 'recordings/1_george_0.wav': wav.subarray(0, 90) }) }),
    /1_george_0\.wav: the chunk 'data' should have 200 bytes, there are 46/,
  ],
  [
    'a WAV file too long',
    async () => readWav(join(await folder({ 'x.wav': wav }), 'x.wav'), { maxSamples: 99 }),
    /100 samples, maxSamples allows 99/,
  ],
  ['a WAV file that is not there', () => readWav(join(root, 'x.wav')), /x\.wav: it cannot be read \(ENOENT\)/],
  [
    'ragged ratings',
    async () => movieLens({ root: await folder({ 'ratings.csv': 'userId,movieId,rating\n1,2,3\n1,2\n' }) }),
    /row 3 has 2 cells, there are 3 columns/,
  ],
  [
    'a rating of 9',
    async () => movieLens({ root: await folder({ 'ratings.csv': 'userId,movieId,rating\n1,2,3\n1,3,9\n' }) }),
    /row 3: a rating is 0\.5 to 5, got 9/,
  ],
  [
    'a rating without a film',
    async () => movieLens({ root: await folder({ 'ratings.csv': 'userId,movieId,rating\n1,,3\n' }) }),
    /row 2, column 'movieId': the value is missing/,
  ],
  [
    'a series that is too short',
    async () => etth1({ root: await folder({ 'ETTh1.csv': ett(100) }) }),
    /there must be 14400 hours or more, there are 100/,
  ],
  [
    'a series with a gap',
    async () => etth1({ root: await folder({ 'ETTh1.csv': ett(14_400, (line, i) => (i === 7 ? '2016,,1' : line)) }) }),
    /row 9: a is missing/,
  ],
  [
    'a series with a word',
    async () => etth1({ root: await folder({ 'ETTh1.csv': ett(14_400, (line, i) => (i === 7 ? '2016,n/a,1' : line)) }) }),
    /row 9, column 'a': 'n\/a' is no number/,
  ],
]
describe('malformed sets', () => {
  beforeAll(() => vi.stubEnv('PORTOLAN_DATA', ''))
  it.each(malformed)('%s', async (_, f, message) => {
    vi.stubEnv('PORTOLAN_DATA', '')
    const error = await f().then(
      () => undefined,
      (e: unknown) => e,
    )
    expect(error).toBeInstanceOf(FormatError)
    expect((error as Error).message).toMatch(message)
  })
  it.skipIf(process.getuid?.() === 0)('a file that may not be read (needs a user who is not root)', async () => {
    const file = join(await folder({ x: 'a' }), 'x')
    await chmod(file, 0)
    await expect(readText(file)).rejects.toThrow(/EACCES/)
  })
})
