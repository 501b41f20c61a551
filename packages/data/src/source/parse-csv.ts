import { FormatError, RangeError } from '@portolan/core'
import papaparse from 'papaparse'
import type { Field } from './array-dataset.ts'

/** Options of `parseCsv`. */
export interface ParseCsvOptions {
  /** What stands between cells: one character; by default a comma, for TSV `\t`. */
  readonly delimiter?: string
  /** Whether the first row names the columns (the default); or their names. Without, they are called `0`, `1`, … */
  readonly header?: boolean | readonly string[]
  /** What stands for a missing value, besides an empty cell; by default nothing else. */
  readonly missing?: readonly string[]
  /** What to call the text in errors: a file's name. */
  readonly label?: string
  /** The most characters; by default 2²⁸. */
  readonly maxLength?: number
}

/** Columns of texts. */
export interface Table {
  readonly names: readonly string[]
  /** How many rows. */
  readonly length: number
  /** The texts of a column; missing ones are empty. @throws RangeError when there is none of this name. */
  column(name: string): readonly string[]
  /** Columns as numbers, float32 `[n, names.length]`; missing ones are NaN. @throws FormatError where a text is no number. */
  numbers(names: readonly string[]): Field
  /** A column as class numbers, int32 `[n]`, with the texts they stand for. @throws FormatError where a text is missing or not among them. */
  categories(name: string, texts?: readonly string[]): { readonly field: Field; readonly texts: readonly string[] }
}

/**
 * Reads comma-separated values (RFC 4180: quotes, commas and line breaks within them), or with another delimiter.
 *
 * @throws FormatError that names the label and the row when a quote is not closed or a row has not as many cells as the header;
 * RangeError when an option is not as it should be.
 *
 * @example
 * const table = parseCsv('length,width,kind\n5.1,3.5,setosa\n4.9,3,setosa\n')
 * const { field: label, texts } = table.categories('kind')
 * const iris = new ArrayDataset({ x: table.numbers(['length', 'width']), label })
 */
export function parseCsv(text: string, options: ParseCsvOptions = {}): Table {
  const { delimiter = ',', header = true, missing = [], label = 'CSV', maxLength = 2 ** 28 } = options
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter))
    throw new RangeError(`parseCsv: delimiter must be one character and no quote, got ${JSON.stringify(delimiter)}.`)
  if (text.length > maxLength) throw new FormatError(`${label}: it has ${text.length} characters, maxLength allows ${maxLength}.`)
  const nul = text.indexOf('\0')
  if (nul >= 0) throw new FormatError(`${label}: there is a zero character at ${nul}. This is no text.`)
  const { data, errors } = papaparse.parse<string[]>(text.replace(/^\uFEFF/, ''), { delimiter, skipEmptyLines: 'greedy', header: false })
  const [problem] = errors
  if (problem) throw new FormatError(`${label}: row ${(problem.row ?? 0) + 1}: ${problem.message}.`)
  const first = data[0]
  if (!first) throw new FormatError(`${label}: there is no row.`)
  const names = header === true ? first.map(name => name.trim()) : header === false ? first.map((_, i) => String(i)) : header
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new FormatError(`${label}: there are two columns '${twice}'. Name them: header: ['a', 'b', …].`)
  const rows = header === true ? data.slice(1) : data
  rows.forEach((row, i) => {
    if (row.length !== names.length)
      throw new FormatError(`${label}: row ${i + (header === true ? 2 : 1)} has ${row.length} cells, there are ${names.length} columns.`)
  })
  const gone = new Set(['', ...missing])
  const columns = new Map(names.map((name, k) => [name, rows.map(row => (gone.has(row[k]!.trim()) ? '' : row[k]!.trim()))]))
  const column = (name: string): readonly string[] => {
    const found = columns.get(name)
    if (!found) throw new RangeError(`${label}: there is no column '${name}', only ${names.join(', ')}.`)
    return found
  }
  const where = (name: string, i: number): string => `${label}: row ${i + (header === true ? 2 : 1)}, column '${name}'`
  return {
    names,
    length: rows.length,
    column,
    numbers(wanted) {
      const out = new Float32Array(rows.length * wanted.length)
      wanted.forEach((name, k) => {
        column(name).forEach((cell, i) => {
          const value = cell === '' ? NaN : Number(cell)
          if (cell !== '' && !Number.isFinite(value))
            throw new FormatError(`${where(name, i)}: '${cell}' is no number. If it stands for a missing one: missing: ['${cell}'].`)
          out[i * wanted.length + k] = value
        })
      })
      return { data: out, shape: [rows.length, wanted.length] }
    },
    categories(name, texts = [...new Set(column(name))].filter(Boolean).sort()) {
      const places = new Map(texts.map((t, i) => [t, i]))
      const data = Int32Array.from(column(name), (cell, i) => {
        const place = places.get(cell)
        if (place === undefined)
          throw new FormatError(`${where(name, i)}: ${cell ? `'${cell}' is not one of ${texts.join(', ')}` : 'the value is missing'}.`)
        return place
      })
      return { field: { data, shape: [rows.length] }, texts }
    },
  }
}
