import type { Part } from './part.ts'
import { escaped, wordCharacters } from './pattern.ts'

/** A token that stands beside the vocabulary, and is found in a text before all else. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  /** Whether it is a word by itself only, and takes the white space before and behind it. */
  readonly singleWord: boolean
  readonly lstrip: boolean
  readonly rstrip: boolean
  /** Whether it is looked for after normalization. */
  readonly normalized: boolean
  readonly special: boolean
}

export function addedTokensOf(part: Part): AddedToken[] {
  if (part.missing) return []
  return part.list().map(p => {
    const special = p.field('special').flag(false)
    const content = p.field('content').text()
    if (!content) p.field('content').fail('must not be empty')
    const [singleWord, lstrip, rstrip] = [p.field('single_word').flag(false), p.field('lstrip').flag(false), p.field('rstrip').flag(false)]
    return { id: p.field('id').whole(), content, singleWord, lstrip, rstrip, normalized: p.field('normalized').flag(!special), special }
  })
}

export type Found = string | AddedToken

/** Parts a text at added tokens, the longest where several begin. */
export function finder(tokens: readonly AddedToken[], contentOf: (token: AddedToken) => string): (text: string) => Found[] {
  const named = new Map(tokens.map(token => [contentOf(token), token]).filter(([content]) => content) as [string, AddedToken][])
  if (!named.size) return text => (text ? [text] : [])
  const forms = [...named]
    .toSorted(([a], [b]) => b.length - a.length)
    .map(([content, { singleWord, lstrip, rstrip }]) => {
      const own = singleWord ? `(?<![${wordCharacters}])${escaped(content)}(?![${wordCharacters}])` : escaped(content)
      return `${lstrip ? '\\s*' : ''}(?:${own})${rstrip ? '\\s*' : ''}`
    })
  const pattern = new RegExp(forms.join('|'), 'gu')
  return text => {
    const parts: Found[] = []
    let at = 0
    for (const found of text.matchAll(pattern)) {
      if (found.index > at) parts.push(text.slice(at, found.index))
      parts.push(named.get(found[0]) ?? named.get(found[0].trim()) ?? named.get(found[0].trimStart()) ?? named.get(found[0].trimEnd())!)
      at = found.index + found[0].length
    }
    if (at < text.length) parts.push(text.slice(at))
    return parts
  }
}
