import { ShapeError } from '@portolan/core'
import { ArrayDataset, type Field, type Fields } from './array-dataset.ts'

/**
 * Datasets end to end, copied into one.
 *
 * @throws ShapeError when there is none, or their fields differ in names, kinds or shapes.
 *
 * @example
 * const both = concat([train, validation])
 */
export function concat<K extends string>(parts: readonly ArrayDataset<K>[]): ArrayDataset<K> {
  const [first] = parts
  if (!first) throw new ShapeError('concat: at least one dataset is needed.')
  const fields = Object.entries<Field>(first.fields).map(([name, { data, shape }]) => {
    const theirs = parts.map((part, i) => {
      const field = (part.fields as Fields)[name]
      if (!field || field.data.constructor !== data.constructor || String(field.shape.slice(1)) !== String(shape.slice(1)))
        throw new ShapeError(
          `concat: field ${name} is [${shape}] in the first dataset, ${field ? `[${field.shape}]` : 'missing'} in number ${i}. They must be alike.`,
        )
      return field
    })
    const joined = data.subarray(0, 0).constructor as new (length: number) => typeof data
    const out = new joined(theirs.reduce((n, field) => n + field.data.length, 0))
    let at = 0
    for (const field of theirs) {
      out.set(field.data, at)
      at += field.data.length
    }
    return [name, { data: out, shape: [parts.reduce((n, part) => n + part.length, 0), ...shape.slice(1)] }] as const
  })
  return new ArrayDataset(Object.fromEntries(fields) as unknown as Fields<K>)
}
