import { FormatError, RangeError } from '@portolan/core'
import type { Field } from './array-dataset.ts'
import { ArrayDataset } from './array-dataset.ts'
import { findFile, readText, type PlaceOptions } from './find-file.ts'
import { parseCsv } from './parse-csv.ts'

/** Who rated what how, with users and items numbered from 0. */
export interface Ratings {
  /** `user` int32 `[n]`, `item` int32 `[n]`, `rating` float32 `[n]`. */
  readonly data: ArrayDataset<'user' | 'item' | 'rating'>
  /** What each number stands for. */
  readonly users: readonly string[]
  readonly items: readonly string[]
}

/**
 * MovieLens: 100,836 ratings, 0.5 … 5, by 610 people of 9,724 films (ml-latest-small of 2018).
 *
 * File `ratings.csv`, from `root` or `$PORTOLAN_DATA/ml-latest-small`; its terms ask to be read before it is fetched from
 * grouplens.org. Users and items are numbered in the order of their own numbers.
 *
 * F. Harper, J. Konstan, "The MovieLens Datasets: History and Context" (2015).
 *
 * @throws FormatError when the file is missing or not as it should be.
 *
 * @example
 * const { data, users, items } = await movieLens()
 * const [train, test] = data.split(0.9, 1)
 */
export async function movieLens(options: Pick<PlaceOptions, 'root'> = {}): Promise<Ratings> {
  const file = await findFile('ml-latest-small', 'ratings.csv', options)
  const table = parseCsv(await readText(file), { label: file })
  const numbered = (name: string): { field: Field; texts: readonly string[] } => {
    const texts = [...new Set(table.column(name))].filter(Boolean).sort((a, b) => Number(a) - Number(b))
    return table.categories(name, texts)
  }
  const [user, item] = [numbered('userId'), numbered('movieId')]
  const { data: rating, shape } = table.numbers(['rating'])
  const bad = rating.findIndex(v => !(v >= 0.5 && v <= 5))
  if (bad >= 0) throw new FormatError(`${file}: row ${bad + 2}: a rating is 0.5 to 5, got ${rating[bad]}.`)
  const data = new ArrayDataset({ user: user.field, item: item.field, rating: { data: rating, shape: [shape[0]!] } })
  return { data, users: user.texts, items: item.texts }
}

/** Hours of 12, 4 and 4 months of 30 days: the split that papers compare on. */
const MONTH = 30 * 24
const BORDERS = [0, 12 * MONTH, 16 * MONTH, 20 * MONTH] as const

/** A series in three parts: float32 `[t, channels]` each. */
export interface SplitSeries {
  readonly train: Field
  readonly validation: Field
  readonly test: Field
  readonly names: readonly string[]
}

/** Options of `etth1`. */
export interface EttOptions extends PlaceOptions {
  /** Steps that windows know: validation and test begin so many earlier, so that their first windows foretell their first hours. By default 0. */
  readonly past?: number
}

/**
 * Load and oil temperature of a transformer, hour by hour (ETTh1): 7 channels, the last is the temperature; 8,640, 2,880 and
 * 2,880 hours to train, validate and test on.
 *
 * File `ETTh1.csv`, from `root`, `$PORTOLAN_DATA/etth1`, or downloaded once. Numbers are as in the file: fit `standardScaler` to the
 * training part, as papers do.
 *
 * H. Zhou et al., "Informer: Beyond Efficient Transformer for Long Sequence Time-Series Forecasting" (2021).
 *
 * @throws FormatError when the file is not as it should be; DownloadError when none is found and downloading fails; RangeError when
 * `past` is out of its range.
 *
 * @example
 * const { train, test } = await etth1({ past: 336 })
 * const scaler = standardScaler(train)
 * const windows = forecastWindows(scaler.apply(test), { past: 336, horizon: 24 }) // 2,857 windows
 */
export async function etth1({ past = 0, ...options }: EttOptions = {}): Promise<SplitSeries> {
  if (!Number.isInteger(past) || past < 0 || past > BORDERS[1])
    throw new RangeError(`etth1: past must be a whole number from 0 to ${BORDERS[1]}, got ${past}.`)
  const file = await findFile('etth1', 'ETTh1.csv', options, {
    url: 'https://raw.githubusercontent.com/zhouhaoyi/ETDataset/1d16c8f4f943005d613b5bc962e9eeb06058cf07/ETT-small/ETTh1.csv',
    sha256: 'f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066',
  })
  const table = parseCsv(await readText(file), { label: file })
  const names = table.names.filter(name => name !== 'date')
  const { data } = table.numbers(names)
  if (table.length < BORDERS[3]) throw new FormatError(`${file}: there must be ${BORDERS[3]} hours or more, there are ${table.length}.`)
  const gap = data.findIndex(Number.isNaN)
  if (gap >= 0) throw new FormatError(`${file}: row ${Math.floor(gap / names.length) + 2}: ${names[gap % names.length]} is missing.`)
  const part = (from: number, to: number): Field => ({
    data: data.subarray(from * names.length, to * names.length),
    shape: [to - from, names.length],
  })
  return {
    train: part(0, BORDERS[1]),
    validation: part(BORDERS[1] - past, BORDERS[2]),
    test: part(BORDERS[2] - past, BORDERS[3]),
    names,
  }
}
