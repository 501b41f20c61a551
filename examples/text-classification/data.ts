import { readFile } from 'node:fs/promises'
import { FormatError, HostRng } from '@portolan/core'
import { dataFile } from '../shared/command.ts'

export interface Labelled {
  readonly text: string
  readonly label: number
}
export interface TextSet {
  readonly labels: readonly string[]
  readonly train: readonly Labelled[]
  readonly validation: readonly Labelled[]
  readonly test: readonly Labelled[]
}

const shuffled = <T>(items: readonly T[], seed: number): T[] => Array.from(new HostRng(seed).permutation(items.length), i => items[i]!)

/** Opinions made by rule: the label is that of the adjective, turned round by "not" and "never"; other words mean nothing. */
export function opinions(seed: number): TextSet {
  const rng = new HostRng(seed)
  const one = <T>(list: readonly T[]): T => list[rng.integer(list.length)]!
  const adjectives = [['dull', 'bad', 'awful', 'weak', 'boring'], ['fine', 'good', 'great', 'strong', 'moving']] as const // prettier-ignore
  const sentence = (): Labelled => {
    const mood = rng.integer(2)
    const turn = one(['', '', 'not ', 'never '])
    const text = `${one(['the', 'this', 'that'])} ${one(['film', 'story', 'plot', 'actor', 'song'])} ${one(['is', 'was', 'seems'])} ${turn}${one(adjectives[mood]!)}`
    const more = one(['', ' and long', ' but short', ', they say', ' , with music', ' in the end'])
    return { text: `${text}${more} .`, label: turn ? 1 - mood : mood }
  }
  const many = (n: number): Labelled[] => Array.from({ length: n }, sentence)
  return { labels: ['negative', 'positive'], train: many(1500), validation: many(200), test: many(500) }
}

/** Sentences of film reviews, one of ten folds of which is the test set (each fold has the same share of both classes). */
export async function rtPolarity(seed: number, fold: number): Promise<TextSet> {
  const of = async (name: string, label: number): Promise<Labelled[]> => {
    const text = await readFile(dataFile('rt-polarity', name), 'utf8')
    return shuffled(
      text.split('\n').filter(line => line.trim()),
      seed + label,
    ).map(line => ({ text: line, label }))
  }
  const classes = [await of('rt-polarity.neg', 0), await of('rt-polarity.pos', 1)]
  const pick = (keep: (i: number) => boolean): Labelled[] => classes.flatMap(c => c.filter((_, i) => keep(i)))
  const rest = shuffled(
    pick(i => i % 10 !== fold),
    seed,
  )
  const held = Math.floor(rest.length / 10)
  return { labels: ['negative', 'positive'], train: rest.slice(held), validation: rest.slice(0, held), test: pick(i => i % 10 === fold) }
}

/** Questions by what they ask for; a tenth of the training set is held out. */
export async function trec(seed: number): Promise<TextSet> {
  const of = async (name: string): Promise<Labelled[]> => {
    const text = await readFile(dataFile('trec', name), 'latin1') // a byte of it is no UTF-8
    return text
      .split('\n')
      .filter(line => line)
      .map((line, i) => {
        const label = Number(line[0])
        if (!(label >= 0 && label <= 5) || line[1] !== ' ')
          throw new FormatError(`${name}: line ${i + 1} must begin with a class in 0 … 5, got ${line.slice(0, 20)}`)
        return { text: line.slice(2), label }
      })
  }
  const all = shuffled(await of('TREC.train.all'), seed)
  const held = Math.floor(all.length / 10)
  return {
    labels: ['description', 'entity', 'abbreviation', 'human', 'number', 'location'],
    train: all.slice(held),
    validation: all.slice(0, held),
    test: await of('TREC.test.all'),
  }
}
