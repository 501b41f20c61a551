import { FormatError } from '@portolan/core'
import { parseLines } from './parse-lines.ts'

/** Texts with the number of each one's class. */
export interface LabelledTexts {
  readonly texts: readonly string[]
  readonly labels: Int32Array
  readonly classes: readonly string[]
}

/** Of one length and order: what is known of text i has place i. */
export function takeTexts({ texts, labels, classes }: LabelledTexts, indices: ArrayLike<number>): LabelledTexts {
  const order = Array.from(indices)
  return { texts: order.map(i => texts[i]!), labels: Int32Array.from(order, i => labels[i]!), classes }
}

/** Options of `parseLabelled`. */
export interface ParseLabelledOptions {
  /** What stands between the class and the text: by default a space, for TSV a tab. */
  readonly separator?: string
  /** The classes in the order of their numbers; by default all that occur, sorted. */
  readonly classes?: readonly string[]
  /** What to call the text in errors: a file's name. */
  readonly label?: string
}

/**
 * Lines with a class and a text each: `DESC How did serfdom develop ?`.
 *
 * @throws FormatError that names the label and the line when one has no separator, no text, or a class that is not among them.
 *
 * @example
 * const { texts, labels, classes } = parseLabelled('ham\tsee you\nspam\twin now\n', { separator: '\t' })
 */
export function parseLabelled(text: string, { separator = ' ', classes, label = 'text' }: ParseLabelledOptions = {}): LabelledTexts {
  const rows = parseLines(text).map((line, i) => {
    const at = line.indexOf(separator)
    const name = at > 0 ? line.slice(0, at).trim() : ''
    const rest = line.slice(at + separator.length).trim()
    if (!name || !rest)
      throw new FormatError(
        `${label}: line ${i + 1} must be a class, ${JSON.stringify(separator)} and a text, got ${JSON.stringify(line.slice(0, 60))}.`,
      )
    return { name, rest }
  })
  if (!rows.length) throw new FormatError(`${label}: there is no line.`)
  const names = classes ?? [...new Set(rows.map(r => r.name))].sort()
  const places = new Map(names.map((name, i) => [name, i]))
  const labels = Int32Array.from(rows, ({ name }, i) => {
    const place = places.get(name)
    if (place === undefined) throw new FormatError(`${label}: line ${i + 1}: the class '${name}' is not one of ${names.join(', ')}.`)
    return place
  })
  return { texts: rows.map(r => r.rest), labels, classes: names }
}
