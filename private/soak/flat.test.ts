import { describe, expect, it } from 'vitest'
import { judge, type Sample } from './flat.ts'

const MiB = 2 ** 20
const still: Sample = { heap: 50 * MiB, external: 10 * MiB, rss: 300 * MiB, tensors: 40, open: 30, files: 4, bytes: MiB }
const rounds = (of: (i: number) => Partial<Sample>, n = 40): Sample[] => Array.from({ length: n }, (_, i) => ({ ...still, ...of(i) }))
const grown = (samples: Sample[]): string[] => judge(samples).flatMap(v => (v.flat ? [] : [v.of])) // prettier-ignore

describe('what a soak finds', () => {
  it('nothing where memory goes up and down', () =>
    expect(grown(rounds(i => ({ rss: still.rss + (i % 3) * 20 * MiB, heap: still.heap + (i % 2) * 5 * MiB })))).toEqual([]))
  it('nothing where only histories grow', () => expect(grown(rounds(i => ({ bytes: MiB + i * 500 }), 400))).toEqual([]))
  it('a checkpoint that grows', () => expect(grown(rounds(i => ({ bytes: MiB + i * 1500 }), 400))).toEqual(['bytes']))
  it('nothing where it grows while warming up', () => expect(grown(rounds(i => ({ rss: Math.min(i, 10) * 30 * MiB })))).toEqual([]))
  it.each<[string, keyof Sample, number]>([
    ['a leak of 1 MiB a round', 'rss', MiB],
    ['a leak on the heap', 'heap', 0.2 * MiB],
    ['a leak of array buffers', 'external', 0.2 * MiB],
    ['one tensor in ten rounds', 'tensors', 0.1],
    ['one open file in ten rounds', 'open', 0.1],
    ['a file that stays', 'files', 0.1],
  ])('%s', (_, of, each) => expect(grown(rounds(i => ({ [of]: still[of] + Math.floor(i * each) })))).toEqual([of]))
  it('says when there is too little to judge', () => expect(() => judge(rounds(() => ({}), 7))).toThrow(/only 7 rounds/))
})
