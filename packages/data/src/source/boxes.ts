import { FormatError } from '@portolan/core'
import type { Field, Fields } from './array-dataset.ts'

/** A box as annotations give it: left, top, right, bottom in pixels. */
export interface Annotation {
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number]
  readonly class: number
  readonly difficult?: boolean
  readonly crowd?: boolean
  /** How errors call it: `object 3 (RBC)`. */
  readonly name: string
}

/** What is done with boxes that a model could not learn. */
export interface BoxOptions {
  /** Boxes without width or height: an error (the default), or left out and listed in `dropped`. */
  readonly emptyBoxes?: 'throw' | 'drop'
}

/** A box that was left out. */
export interface DroppedBox {
  readonly file: string
  readonly name: string
  readonly box: readonly number[]
}

/**
 * Annotations as fields: `boxes` float32 [k, 4], cut off at the border of the picture, and one number each: `classes`, and `flag`.
 *
 * @throws FormatError when a box is not finite, its sides are swapped, or it is empty and that is not allowed.
 */
export function boxFieldsOf(
  file: string,
  annotations: readonly Annotation[],
  [height, width]: readonly [height: number, width: number],
  { emptyBoxes = 'throw', flag, dropped }: BoxOptions & { readonly flag: 'difficult' | 'crowd'; readonly dropped: DroppedBox[] },
): Fields {
  const kept: { annotation: Annotation; box: number[] }[] = []
  for (const annotation of annotations) {
    const { box, name } = annotation
    const [x1, y1, x2, y2] = box
    if (!box.every(Number.isFinite) || x2 < x1 || y2 < y1)
      throw new FormatError(
        `${file}: ${name} has the box [${box.join(', ')}]; it must be left, top, right, bottom with right ≥ left and bottom ≥ top.`,
      )
    const inside = [
      Math.min(Math.max(x1, 0), width),
      Math.min(Math.max(y1, 0), height),
      Math.min(Math.max(x2, 0), width),
      Math.min(Math.max(y2, 0), height),
    ]
    if (inside[2]! > inside[0]! && inside[3]! > inside[1]!) {
      kept.push({ annotation, box: inside })
      continue
    }
    if (emptyBoxes === 'throw')
      throw new FormatError(
        `${file}: ${name} has the box [${box.join(', ')}] without area in the picture of ${width} × ${height}. Pass emptyBoxes: 'drop' to leave such boxes out.`,
      )
    dropped.push({ file, name, box })
  }
  const column = (of: (a: Annotation) => number): Field => ({ data: Int32Array.from(kept, k => of(k.annotation)), shape: [kept.length] })
  return {
    boxes: { data: Float32Array.from(kept.flatMap(k => k.box)), shape: [kept.length, 4] },
    classes: column(a => a.class),
    [flag]: column(a => Number(a[flag] ?? false)),
  }
}
