import { FormatError, RangeError } from '@portolan/core'
import { parseLines } from './parse-lines.ts'

/** Options of `parseConll`. */
export interface ParseConllOptions<K extends string> {
  /** Names of the columns, from the left; further ones are left out. */
  readonly columns: readonly K[]
  /** What stands between cells: by default any white space. */
  readonly separator?: string
  /** Lines that begin with it are left out, such as `# ` or `-DOCSTART-`. */
  readonly comment?: string
  /** What to call the text in errors: a file's name. */
  readonly label?: string
}

/** A sentence: a cell for each token, by the columns' names. */
export type TaggedSentence<K extends string = string> = { readonly [name in K]: readonly string[] }

/**
 * Tokens in lines, with columns of what is known about each; lines without anything but white space end a sentence (CoNLL).
 *
 * @throws FormatError that names the label and the line when one has too few cells, or there is no sentence.
 *
 * @example
 * const sentences = parseConll(text, { columns: ['token', 'tag'], separator: '\t' })
 * console.log(sentences[0]!.token, sentences[0]!.tag)
 */
export function parseConll<K extends string>(text: string, options: ParseConllOptions<K>): TaggedSentence<K>[] {
  const { columns, separator, comment, label = 'CoNLL' } = options
  if (!columns.length || new Set(columns).size !== columns.length)
    throw new RangeError(`parseConll: columns must be names that differ, got [${columns.join(', ')}].`)
  const sentences: string[][][] = []
  let current: string[][] = []
  const end = (): void => {
    if (current.length) sentences.push(current)
    current = []
  }
  parseLines(text).forEach((line, i) => {
    if (!line.trim()) return end()
    if (comment && line.startsWith(comment)) return
    const cells = separator === undefined ? line.trim().split(/\s+/) : line.split(separator)
    if (cells.length < columns.length || cells.slice(0, columns.length).some(cell => !cell.trim()))
      throw new FormatError(
        `${label}: line ${i + 1} must have ${columns.length} columns (${columns.join(', ')}), got ${JSON.stringify(line.slice(0, 60))}.`,
      )
    current.push(cells)
  })
  end()
  if (!sentences.length) throw new FormatError(`${label}: there is no sentence.`)
  return sentences.map(
    rows => Object.fromEntries(columns.map((name, k) => [name, rows.map(cells => cells[k]!.trim())])) as unknown as TaggedSentence<K>,
  )
}
