import { FormatError, RangeError } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'

/** The texts of each column, in the order of their places. Plain data, to be saved as JSON. */
export interface OneHotState {
  readonly categories: readonly (readonly string[])[]
  /** What becomes of a text that is not among them: an error, or zeros. */
  readonly unknown: 'throw' | 'zeros'
}

/** Makes texts into numbers: 1 at a text's place, 0 elsewhere. */
export interface OneHotEncoder {
  readonly state: OneHotState
  /** Places in all. */
  readonly width: number
  /** columns: one text a row each → float32 [n, width]. @throws RangeError when a text is unknown and that is not allowed. */
  apply(columns: readonly (readonly string[])[]): Field
  /** [n, width] → the texts of the greatest number, column by column; where there is none above 0, an empty one. */
  invert(y: Field): string[][]
}

/**
 * The encoder of a saved state.
 *
 * @throws FormatError when it is none.
 *
 * @example
 * const encoder = oneHotEncoderOf(JSON.parse(saved) as OneHotState)
 */
export function oneHotEncoderOf(state: OneHotState): OneHotEncoder {
  const { categories, unknown } = state ?? {}
  const isColumn = (c: unknown): boolean =>
    Array.isArray(c) && c.length > 0 && c.every(t => typeof t === 'string') && new Set(c).size === c.length
  if (!Array.isArray(categories) || !categories.length || !categories.every(isColumn) || !['throw', 'zeros'].includes(unknown))
    throw new FormatError(
      `oneHotEncoderOf: the state must be { categories, unknown }, with texts that differ for each column, got ${JSON.stringify(state)?.slice(0, 200)}.`,
    )
  const columns = categories as readonly (readonly string[])[]
  const starts = columns.map((_, k) => columns.slice(0, k).reduce((sum, c) => sum + c.length, 0))
  const places = columns.map(texts => new Map(texts.map((text, i) => [text, i])))
  const width = columns.reduce((sum, c) => sum + c.length, 0)
  return {
    state,
    width,
    apply(values) {
      const n = values[0]?.length ?? 0
      if (values.length !== columns.length || values.some(v => v.length !== n))
        throw new RangeError(`OneHotEncoder: it takes ${columns.length} columns of one length, got [${values.map(v => v.length)}].`)
      const data = new Float32Array(n * width)
      values.forEach((texts, k) =>
        texts.forEach((text, i) => {
          const place = places[k]!.get(text)
          if (place !== undefined) data[i * width + starts[k]! + place] = 1
          else if (unknown === 'throw')
            throw new RangeError(
              `OneHotEncoder: '${text}' in row ${i} of column ${k} is not one of ${columns[k]!.slice(0, 20).join(', ')}. Let it be zeros: unknown: 'zeros'.`,
            )
        }),
      )
      return { data, shape: [n, width] }
    },
    invert({ data, shape }) {
      if (shape.length !== 2 || shape[1] !== width) throw new RangeError(`OneHotEncoder: y must be [n, ${width}], got [${shape}].`)
      return columns.map((texts, k) =>
        Array.from({ length: shape[0]! }, (_, i) => {
          const row = [...data.subarray(i * width + starts[k]!, i * width + starts[k]! + texts.length)]
          const best = row.reduce((at, v, j) => (v > row[at]! ? j : at), 0)
          return row[best]! > 0 ? texts[best]! : ''
        }),
      )
    },
  }
}

/**
 * Fits an encoder to columns of texts: each text that occurs gets a place, in alphabetical order.
 *
 * @throws FormatError when a column has no text.
 *
 * @example
 * const encoder = oneHotEncoder([table.column('ocean_proximity')], { unknown: 'zeros' })
 * const x = encoder.apply([test.column('ocean_proximity')]) // float32 [n, 5]
 */
export const oneHotEncoder = (
  columns: readonly (readonly string[])[],
  { unknown = 'throw' }: Partial<Pick<OneHotState, 'unknown'>> = {},
): OneHotEncoder => oneHotEncoderOf({ categories: columns.map(texts => [...new Set(texts)].sort()), unknown })
