import { readFile } from 'node:fs/promises'
import { HostRng } from '@portolan/core'
import { ArrayDataset, parseCsv } from '@portolan/data'
import { dataFile } from '../shared/command.ts'

/** A series, row after row, in three parts by time. */
export interface Series {
  readonly channels: number
  readonly names: readonly string[]
  /** Float64, [length, channels] */
  readonly rows: Float64Array
  /** Where training, validation and test end. */
  readonly ends: readonly [train: number, validation: number, test: number]
}

/** Three series made by rule: days and weeks of different strength, a trend, noise. */
export function seasons(seed: number): Series {
  const rng = new HostRng(seed)
  const [length, channels] = [2400, 3]
  const rows = new Float64Array(length * channels)
  for (let t = 0; t < length; t++)
    for (let c = 0; c < channels; c++) {
      const day = Math.sin((2 * Math.PI * (t + 5 * c)) / 24)
      const week = (c + 1) * 0.4 * Math.cos((2 * Math.PI * t) / 168)
      rows[t * channels + c] = day + week + 0.0003 * t * (c - 1) + 0.15 * rng.normal()
    }
  return { channels, names: ['a', 'b', 'c'], rows, ends: [1600, 2000, 2400] }
}

/** ETTh1: oil temperature and loads of a transformer, hour by hour; 12, 4 and 4 months of 30 days. */
export async function etth1(): Promise<Series> {
  const table = parseCsv(await readFile(dataFile('etth1', 'ETTh1.csv'), 'utf8'), { label: 'ETTh1.csv' })
  const names = table.names.slice(1)
  const month = 30 * 24
  const ends = [12 * month, 16 * month, 20 * month] as const
  const rows = Float64Array.from(table.numbers(names).data).slice(0, ends[2] * names.length)
  return { channels: names.length, names, rows, ends }
}

/** Every channel less its mean, divided by its deviation, both of the training part. */
export function scaled({ rows, channels, ends }: Series): Float32Array {
  const scale = Array.from({ length: channels }, (_, c) => {
    const own = rows.subarray(0, ends[0] * channels).filter((_, i) => i % channels === c)
    const mean = own.reduce((a, b) => a + b, 0) / own.length
    return { mean, deviation: Math.sqrt(own.reduce((s, v) => s + (v - mean) ** 2, 0) / own.length) }
  })
  return Float32Array.from(rows, (v, i) => (v - scale[i % channels]!.mean) / scale[i % channels]!.deviation)
}

export interface Windows {
  readonly history: number
  readonly horizon: number
}

/** Every window whose targets lie in from … to: what came before may lie before `from`. */
export function windows(
  data: Float32Array,
  channels: number,
  [from, to]: readonly [number, number],
  { history, horizon }: Windows,
): ArrayDataset<'x' | 'y'> {
  const first = Math.max(from, history)
  const count = to - horizon - first + 1
  const x = new Float32Array(count * history * channels)
  const y = new Float32Array(count * horizon * channels)
  for (let i = 0; i < count; i++) {
    const now = (first + i) * channels
    x.set(data.subarray(now - history * channels, now), i * history * channels)
    y.set(data.subarray(now, now + horizon * channels), i * horizon * channels)
  }
  return new ArrayDataset({ x: { data: x, shape: [count, history, channels] }, y: { data: y, shape: [count, horizon, channels] } })
}
