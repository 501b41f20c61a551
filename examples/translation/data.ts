import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { FormatError, HostRng } from '@portolan/core'
import { dataFile } from '../shared/command.ts'

/** A sentence in two languages. */
export interface Pair {
  readonly source: string
  readonly target: string
}
export interface ParallelText {
  readonly train: readonly Pair[]
  readonly validation: readonly Pair[]
  readonly test: readonly Pair[]
}

/** A language made by rule: numbers said digit by digit are said backwards in another one's words. */
export function backwards(seed: number): ParallelText {
  const rng = new HostRng(seed)
  const here = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven']
  const there = ['null', 'eins', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben']
  const pair = (): Pair => {
    const digits = Array.from({ length: 2 + rng.integer(4) }, () => rng.integer(8))
    return { source: digits.map(d => here[d]).join(' '), target: digits.toReversed().map(d => there[d]).join(' ') } // prettier-ignore
  }
  const many = (n: number): Pair[] => Array.from({ length: n }, pair)
  return { train: many(3000), validation: many(200), test: many(100) }
}

/** Multi30k, English to German: captions of pictures; the test set of 2016. */
export async function multi30k(): Promise<ParallelText> {
  const lines = async (name: string): Promise<string[]> => {
    const text = gunzipSync(await readFile(dataFile('multi30k_en_de', `${name}.gz`))).toString('utf8')
    return text.replace(/\n$/, '').split('\n')
  }
  const pairs = async (part: string): Promise<Pair[]> => {
    const [source, target] = [await lines(`${part}.en`), await lines(`${part}.de`)]
    if (source.length !== target.length)
      throw new FormatError(`multi30k ${part}: both languages must have as many lines, got ${source.length} and ${target.length}`)
    return source.map((s, i) => ({ source: s, target: target[i]! }))
  }
  return { train: await pairs('train'), validation: await pairs('val'), test: await pairs('test_2016_flickr') }
}
