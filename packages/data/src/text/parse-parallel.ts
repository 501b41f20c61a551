import { FormatError } from '@portolan/core'
import { parseLines } from './parse-lines.ts'

/** Sentences and their translations, in the same order. */
export interface ParallelTexts {
  readonly source: readonly string[]
  readonly target: readonly string[]
}

/**
 * Two texts whose lines are translations of each other; pairs with an empty side are left out.
 *
 * @throws FormatError that names the labels when they have not as many lines, or no pair is left.
 *
 * @example
 * const { source, target } = parseParallel(english, german, ['train.en', 'train.de'])
 */
export function parseParallel(
  source: string,
  target: string,
  [one, other]: readonly [source: string, target: string] = ['source', 'target'],
): ParallelTexts {
  const [a, b] = [parseLines(source), parseLines(target)]
  if (a.length !== b.length)
    throw new FormatError(
      `${other}: it must have as many lines as ${one}, got ${b.length} and ${a.length}. They are no translations of each other line by line.`,
    )
  const pairs = a.map((line, i) => [line.trim(), b[i]!.trim()] as const).filter(pair => pair[0] && pair[1])
  if (!pairs.length) throw new FormatError(`${one}, ${other}: there is no pair of sentences.`)
  return { source: pairs.map(p => p[0]), target: pairs.map(p => p[1]) }
}
