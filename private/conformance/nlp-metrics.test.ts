import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Bleu, editDistance, EntityF1, tokenize13a } from '@portolan/nlp'
import { describe, expect, it } from 'vitest'

interface Golden {
  bleu: { pairs: [string, string[]][]; tokens: string[]; score: number; precisions: number[]; brevityPenalty: number }[]
  edits: { reference: string; hypothesis: string; substitutions: number; deletions: number; insertions: number }[]
  entities: { expected: string[]; predicted: string[]; precision: number; recall: number; f1: number }[]
}
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/nlp_metrics.json'), 'utf8')) as Golden
const words = (text: string): string[] => text.split(' ').filter(w => w)

describe('metrics of texts beside another implementation', () => {
  it('100 BLEU scores of several sentences and references', () => {
    for (const { pairs, tokens, score, precisions, brevityPenalty, ...lengths } of golden.bleu) {
      expect(tokenize13a(pairs[0]![1][0]!)).toEqual(tokens)
      const [whole, first, second] = [new Bleu(), new Bleu(), new Bleu()]
      for (const [i, pair] of pairs.entries()) for (const bleu of [whole, i % 2 ? second : first]) bleu.add(...pair)
      first.merge(second)
      for (const value of [whole.value(), first.value()]) {
        expect(value).toMatchObject(lengths)
        expect(value.score).toBeCloseTo(score, 5)
        expect(value.brevityPenalty).toBeCloseTo(brevityPenalty, 7)
        precisions.forEach((p, n) => expect(value.precisions[n]).toBeCloseTo(p, 5))
      }
    }
    expect(golden.bleu.length).toBe(100)
    expect(golden.bleu.filter(c => c.score > 0 && c.score < 100).length).toBeGreaterThan(60)
  })
  it('100 edits between texts', () => {
    for (const { reference, hypothesis, ...edits } of golden.edits) expect(editDistance(words(reference), words(hypothesis))).toEqual(edits)
    expect(golden.edits.length).toBe(100)
  })
  it('100 F1 of entities', () => {
    for (const { expected, predicted, ...score } of golden.entities) {
      const f1 = new EntityF1()
      f1.add(expected, predicted)
      const value = f1.value()
      for (const name of ['precision', 'recall', 'f1'] as const) expect(value[name]).toBeCloseTo(score[name], 7)
    }
    expect(golden.entities.length).toBe(100)
  })
})
