import { HostRng } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { beamCtc, greedyCtc } from '../index.ts'

const logs = (rows: number[][]) => ({ data: rows.flat().map(Math.log), classes: rows[0]!.length })
const collapse = (path: readonly number[]): number[] => path.filter((c, i) => c !== 0 && c !== path[i - 1])

/** The probability of every labelling, by all paths. */
function everyLabelling(rows: number[][]): Map<string, number> {
  const found = new Map<string, number>()
  const walk = (path: number[], p: number): void => {
    if (path.length === rows.length) {
      const key = collapse(path).join(' ')
      found.set(key, (found.get(key) ?? 0) + p)
      return
    }
    for (const [c, q] of rows[path.length]!.entries()) walk([...path, c], p * q)
  }
  walk([], 1)
  return found
}

describe('greedyCtc', () => {
  it('reads repetitions once, and blanks not', () => {
    const path = [1, 1, 0, 1, 2, 2, 0]
    expect(greedyCtc(logs(path.map(c => [0, 1, 2].map(i => (i === c ? 0.8 : 0.1)))))).toEqual([1, 1, 2])
    expect(greedyCtc({ data: [], classes: 3 })).toEqual([])
    expect(greedyCtc({ data: [0, 1, 0, 1], classes: 2, blank: 1 })).toEqual([])
  })
  it('refuses scores that are no rows', () => {
    expect(() => greedyCtc({ data: [1, 2, 3], classes: 2 })).toThrow(/rows of 2 classes, got 3 numbers/)
    expect(() => greedyCtc({ data: [1, 2], classes: 2, blank: 2 })).toThrow(/blank must be a class/)
  })
})

describe('beamCtc', () => {
  it('finds a labelling that no single path shows', () => {
    // the best path is blank, blank (0.36); "1" by three paths has 0.64
    const scores = logs([
      [0.6, 0.4],
      [0.6, 0.4],
    ])
    expect(greedyCtc(scores)).toEqual([])
    const [best] = beamCtc(scores)
    expect(best!.labels).toEqual([1])
    expect(best!.score).toBeCloseTo(Math.log(0.64), 12)
  })
  it('gives the probabilities that all paths together have', () => {
    const rng = new HostRng(3)
    for (let i = 0; i < 20; i++) {
      const rows = Array.from({ length: 5 }, () => {
        const u = Array.from({ length: 3 }, () => rng.uniform() ** 2 + 0.01)
        const sum = u.reduce((a, b) => a + b)
        return u.map(x => x / sum)
      })
      const exact = everyLabelling(rows)
      const found = beamCtc(logs(rows), { beams: 200 })
      expect(found.length).toBe(exact.size)
      for (const { labels, score } of found) expect(score).toBeCloseTo(Math.log(exact.get(labels.join(' '))!), 9)
      expect(found[0]!.score).toBe(Math.max(...found.map(f => f.score)))
    }
  })
  it('listens to a language model', () => {
    const scores = logs([[0.1, 0.5, 0.4]])
    expect(beamCtc(scores)[0]!.labels).toEqual([1])
    expect(beamCtc(scores, { bonus: (before, label) => (label === 2 && before.length === 0 ? 1 : 0) })[0]!.labels).toEqual([2])
    expect(() => beamCtc(scores, { beams: 0 })).toThrow(/beams must be/)
  })
})
