import { kFold, sentiments, stratifiedSplit, takeTexts, type LabelledTexts } from '@portolan/data'
import { rtPolarity, trec } from '@portolan/data/node'

/** What one run learns from, is chosen by and is judged by. */
export interface TextSet {
  readonly train: LabelledTexts
  readonly validation: LabelledTexts
  readonly test: LabelledTexts
}

export const sets = ['sentiments', 'rt-polarity', 'trec'] as const

/** Every set that is to be run: of rt-polarity the first of ten folds, each the test of one; else one. A tenth of what is left validates. */
export async function textSets(data: (typeof sets)[number], { seed, folds }: { seed: number; folds: number }): Promise<TextSet[]> {
  const held = (all: LabelledTexts, test: LabelledTexts): TextSet => {
    const [train, validation] = stratifiedSplit(all.labels, { fraction: 0.9, seed }).map(i => takeTexts(all, i))
    return { train: train!, validation: validation!, test }
  }
  if (data === 'rt-polarity') {
    const all = await rtPolarity()
    const parts = kFold(all.texts.length, { folds: 10, labels: all.labels, seed })
    return parts.slice(0, folds).map(({ train, test }) => held(takeTexts(all, train), takeTexts(all, test)))
  }
  const { train, test } = data === 'trec' ? await trec() : sentiments({ test: 500, seed })
  return [held(train, test)]
}
