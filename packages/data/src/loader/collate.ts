import { ShapeError } from '@portolan/core'
import type { Field, Fields } from '../source/array-dataset.ts'
import { zerosLike } from '../source/zeros-like.ts'
import { boxFields, pickRows } from '../transform/move-sample.ts'
import { PixelView } from '../transform/pixel-view.ts'

export interface CollateOptions {
  /** To how many boxes each sample is filled up, with zeros and class −1; by default the most that a sample of the batch has. */
  readonly maxBoxes?: number | undefined
  /** What to call sample i in errors; by default its number. */
  readonly nameOf?: (i: number) => string
}

const isBoxField = (name: string): boolean => name === 'boxes' || (boxFields as readonly string[]).includes(name)

/** Without the rows that only filled it up. */
function trueBoxes(sample: Fields): Fields {
  if (!sample.boxes) return sample
  const rows = Array.from({ length: sample.boxes.shape[0]! }, (_, i) => i).filter(i => sample.classes?.data[i] !== -1)
  if (rows.length === sample.boxes.shape[0]) return sample
  return Object.fromEntries(Object.entries(sample).map(([name, field]) => [name, isBoxField(name) ? pickRows(field, rows) : field]))
}

/**
 * Puts samples into one batch: fields of one shape are joined along a new first axis; boxes, with their classes, are filled up.
 *
 * @throws ShapeError when the samples differ in their fields or shapes, or one has more boxes than there is room for.
 */
export function collate<K extends string>(
  samples: readonly Fields<K>[],
  { maxBoxes, nameOf = i => `sample ${i}` }: CollateOptions = {},
): Fields<K> {
  const all = samples.map(sample => trueBoxes(sample) as Fields<K>)
  const [first] = all
  if (!first) throw new ShapeError('collate: a batch needs at least one sample.')
  const room = maxBoxes ?? Math.max(...all.map(s => (s as Fields).boxes?.shape[0] ?? 0))
  return Object.fromEntries(
    (Object.entries(first) as [K, Field][]).map(([name, { data, shape }]) => {
      const filled = isBoxField(name)
      const rest = filled ? shape.slice(1) : shape
      const row = rest.reduce((a, b) => a * b, filled ? room : 1)
      const joined = zerosLike(data, all.length * row)
      if (name === 'classes') joined.fill(-1)
      all.forEach((sample, i) => {
        const field = sample[name] as Field | undefined
        const theirs = filled ? field?.shape.slice(1) : field?.shape
        if (!field || String(theirs) !== String(rest))
          throw new ShapeError(
            `loader: samples of a batch must be alike; ${name} of ${nameOf(0)} is [${shape}], of ${nameOf(i)} ${field ? `[${field.shape}]` : 'missing'}. Bring all to one size: each: resize([height, width]).`,
          )
        if (filled && field.shape[0]! > room)
          throw new ShapeError(`loader: ${nameOf(i)} has ${field.shape[0]} boxes, there is room for ${room}. Raise maxBoxes.`)
        if (field instanceof PixelView) field.packInto(joined.subarray(i * row, (i + 1) * row))
        else joined.set(field.data, i * row)
      })
      return [name, { data: joined, shape: [all.length, ...(filled ? [room] : []), ...rest] }]
    }),
  ) as unknown as Fields<K>
}
