import type { Part } from './part.ts'

/** What a word is made of in the expressions of tokenizers: letters, marks, digits, connectors. */
export const wordCharacters = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}`

const classes: Readonly<Record<string, string>> = { w: wordCharacters, d: String.raw`\p{Nd}`, h: '0-9a-fA-F' }

/**
 * An expression of the kind that tokenizer files are written in (Oniguruma's) as one of JavaScript's.
 * @throws SyntaxError for what has another meaning here, or none.
 */
export function expression(source: string): RegExp {
  let out = ''
  let inClass = false
  // only letters, quotes and alternatives: in both cases
  const anyCase = source.replaceAll(
    /\(\?i:([^()[\]\\]*)\)/g,
    (_, body: string) => `(?:${body.replaceAll(/[a-z]/gi, c => `[${c.toLowerCase()}${c.toUpperCase()}]`)})`,
  )
  if (/\(\?[a-z-]+[:)]/i.test(anyCase)) throw new SyntaxError('options within an expression')
  for (let i = 0; i < anyCase.length; i++) {
    const c = anyCase[i]!
    if (c === '\\') {
      const next = anyCase[++i] ?? ''
      const negative = next.toLowerCase()
      if (/[pP]/.test(next)) {
        const end = anyCase.indexOf('}', i)
        if (anyCase[i + 1] !== '{' || end < 0) throw new SyntaxError(`\\${next} without {}`)
        out += anyCase.slice(i - 1, end + 1)
        i = end
        continue
      }
      if (Object.hasOwn(classes, next)) out += inClass ? classes[next] : `[${classes[next]}]`
      else if (/[WDH]/.test(next)) {
        if (inClass) throw new SyntaxError(`\\${next} within a class`)
        out += `[^${classes[negative]}]`
      } else if (/[bBAzZGKR]/.test(next)) throw new SyntaxError(`\\${next}`)
      else if (/[^A-Za-z0-9\\/^$.*+?()[\]{}|-]/.test(next))
        out += next // escaped without need
      else out += next === '-' && !inClass ? '-' : `\\${next}`
      continue
    }
    if (inClass && (c === '[' || anyCase.startsWith('&&', i))) throw new SyntaxError('a class within a class')
    if (!inClass && /[*+?]/.test(c) && anyCase[i + 1] === '+') throw new SyntaxError('a possessive quantifier')
    if (c === '[') {
      inClass = true
      out += c
      if (anyCase[i + 1] === '^') out += anyCase[++i]
      if (anyCase[i + 1] === ']') throw new SyntaxError('a class that begins with ]')
      continue
    }
    if (c === ']') inClass = false
    out += c
  }
  return new RegExp(out, 'gu')
}

export const escaped = (text: string): string => text.replaceAll(/[\\/^$.*+?()[\]{}|-]/g, c => (c === '-' ? '-' : `\\${c}`))

/** `{ "Regex": … }` or `{ "String": … }`. */
export function patternOf(part: Part): RegExp {
  const regex = part.field('Regex')
  if (regex.missing) return new RegExp(escaped(part.field('String').text()), 'gu')
  try {
    return expression(regex.text())
  } catch (error) {
    if (error instanceof SyntaxError) regex.fail(`cannot be read (${error.message})`)
    throw error
  }
}

export const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const
export type Behavior = (typeof behaviors)[number]

interface Piece {
  text: string
  match: boolean
}

/** Joins matches to the piece before them. */
function joined(pieces: readonly Piece[], join: (a: string, b: string) => string): string[] {
  const out: string[] = []
  let before = false
  for (const { text, match } of pieces) {
    if (match && !before && out.length) out.push(join(out.pop()!, text))
    else out.push(text)
    before = match
  }
  return out
}

/** Parts a text at the matches of an expression; what becomes of these is said by the behavior. Nothing empty is given. */
export function splitBy(text: string, pattern: RegExp, behavior: Behavior, invert = false): string[] {
  const pieces: Piece[] = []
  const push = (from: number, to: number, match: boolean): void => {
    if (to > from) pieces.push({ text: text.slice(from, to), match: match !== invert })
  }
  let at = 0
  for (const found of text.matchAll(pattern)) {
    push(at, found.index, false)
    at = found.index + found[0].length
    push(found.index, at, true)
  }
  push(at, text.length, false)
  switch (behavior) {
    case 'Removed':
      return pieces.filter(p => !p.match).map(p => p.text)
    case 'Isolated':
      return pieces.map(p => p.text)
    case 'MergedWithPrevious':
      return joined(pieces, (a, b) => a + b)
    case 'MergedWithNext':
      return joined(pieces.toReversed(), (a, b) => b + a).toReversed()
    case 'Contiguous':
      return pieces
        .reduce<Piece[]>((all, p) => {
          const last = all.at(-1)
          if (last?.match === p.match) last.text += p.text
          else all.push({ ...p })
          return all
        }, [])
        .map(p => p.text)
  }
}
