import { HostRng } from '@portolan/core'
import type { LabelledTexts } from '@portolan/data'

/**
 * Texts of two topics, in made-up words: of its twelve words each text takes most from the 40 of its own topic, a few from the other's and
 * some that mean nothing. A few of them show what few words stand for; which words belong together, all of them show.
 */
export function topics(count: number, seed: number): LabelledTexts {
  const rng = new HostRng(seed)
  const one = <T>(list: readonly T[]): T => list[rng.integer(list.length)]!
  const words = new Set<string>()
  while (words.size < 100) words.add(Array.from({ length: 3 }, () => one(Array.from('bdgklmnprst')) + one(Array.from('aeiou'))).join(''))
  const all = [...words]
  const [own, filler] = [[all.slice(0, 40), all.slice(40, 80)] as const, all.slice(80)]
  const labels = Int32Array.from({ length: count }, () => rng.integer(2))
  const word = (label: number): string => {
    const u = rng.uniform()
    return one(u < 0.7 ? own[label]! : u < 0.75 ? own[1 - label]! : filler)
  }
  return { texts: Array.from(labels, label => Array.from({ length: 12 }, () => word(label)).join(' ')), labels, classes: ['one', 'other'] }
}
