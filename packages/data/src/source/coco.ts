import { readFile } from 'node:fs/promises'
import { isAbsolute, join, normalize } from 'node:path'
import { FormatError } from '@portolan/core'
import { boxFieldsOf, type Annotation, type BoxOptions, type DroppedBox } from './boxes.ts'
import type { FileOptions, FileSample } from './file-dataset.ts'
import { DetectionDataset } from './pascal-voc.ts'

/** Options of `coco`. */
export interface CocoOptions extends FileOptions, BoxOptions {
  /** The folder of the pictures; by default that of the annotations. */
  readonly images?: string
}

type Json = Readonly<Record<string, unknown>>

/**
 * Pictures and boxes of a COCO file `instances_*.json`: `image` uint8 `[c, h, w]`, `boxes` float32 `[k, 4]` (left, top, right, bottom),
 * `classes` and `crowd` int32 `[k]`.
 *
 * Categories are numbered from 0 in the order of their ids; pictures without a box are kept. Masks of objects are not read.
 *
 * T.-Y. Lin et al., "Microsoft COCO: Common Objects in Context" (2014).
 *
 * @throws FormatError that names the file and the entry that is not as it should be.
 *
 * @example
 * const train = await coco('instances_train.json', { images: 'train2017' })
 */
export async function coco(
  file: string,
  { images: folder = join(file, '..'), emptyBoxes = 'throw', ...options }: CocoOptions = {},
): Promise<DetectionDataset<'image' | 'boxes' | 'classes' | 'crowd'>> {
  const fail = (problem: string, cause?: unknown): FormatError => new FormatError(`${file}: ${problem}`, { cause })
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw fail(`it cannot be read (${(cause as NodeJS.ErrnoException).code}).`, cause)
  })
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw fail(`this is no JSON (${(cause as Error).message}); it has ${bytes.length} bytes.`, cause)
  }
  const list = (name: string): Json[] => {
    const value = typeof json === 'object' && json !== null && Object.hasOwn(json, name) ? (json as Json)[name] : undefined
    if (!Array.isArray(value)) throw fail(`it must be an object with a list '${name}', as COCO's instances have.`)
    return value.map((entry: unknown, i) => {
      if (typeof entry !== 'object' || entry === null) throw fail(`${name}[${i}] must be an object, got ${JSON.stringify(entry)}.`)
      return entry as Json
    })
  }
  const number = (where: string, value: unknown): number => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw fail(`${where} must be a number, got ${JSON.stringify(value) ?? 'nothing'}.`)
    return value
  }
  const byId = <T>(name: string, of: (entry: Json, i: number) => T): Map<number, T> => {
    const found = new Map<number, T>()
    list(name).forEach((entry, i) => {
      const id = number(`${name}[${i}].id`, entry.id)
      if (found.has(id)) throw fail(`${name}[${i}].id is ${id}, as another one's.`)
      found.set(id, of(entry, i))
    })
    return found
  }

  const names = [
    ...byId('categories', (entry, i) => {
      if (typeof entry.name !== 'string') throw fail(`categories[${i}].name must be a text.`)
      return entry.name
    }),
  ].sort(([a], [b]) => a - b)
  const classOf = new Map(names.map(([id], i) => [id, i]))
  const pictures = byId('images', (entry, i) => {
    const name = entry.file_name
    if (typeof name !== 'string' || !name || isAbsolute(name) || normalize(name).startsWith('..') || name.includes('\0'))
      throw fail(`images[${i}].file_name must be a file within the folder, got ${JSON.stringify(name) ?? 'nothing'}.`)
    const size = (side: 'height' | 'width'): number => {
      const n = number(`images[${i}].${side}`, entry[side])
      if (!Number.isInteger(n) || n < 1 || n > 2 ** 16) throw fail(`images[${i}].${side} must be from 1 to 65536, got ${n}.`)
      return n
    }
    return { file: join(folder, name), size: [size('height'), size('width')] as const, annotations: [] as Annotation[] }
  })
  list('annotations').forEach((entry, i) => {
    const where = `annotations[${i}]`
    const picture = pictures.get(number(`${where}.image_id`, entry.image_id))
    if (!picture) throw fail(`${where}.image_id is ${entry.image_id}; there is no such picture.`)
    const category = classOf.get(number(`${where}.category_id`, entry.category_id))
    if (category === undefined) throw fail(`${where}.category_id is ${entry.category_id}; there is no such category.`)
    if (!Array.isArray(entry.bbox) || entry.bbox.length !== 4)
      throw fail(`${where}.bbox must be [left, top, width, height], got ${JSON.stringify(entry.bbox)}.`)
    const [x, y, width, height] = entry.bbox.map((v, k) => number(`${where}.bbox[${k}]`, v)) as [number, number, number, number]
    picture.annotations.push({ box: [x, y, x + width, y + height], class: category, crowd: entry.iscrowd === 1, name: where })
  })
  const dropped: DroppedBox[] = []
  const samples = [...pictures.values()].map(({ file: picture, size, annotations }): FileSample => {
    return { file: picture, size, fields: boxFieldsOf(file, annotations, size, { emptyBoxes, flag: 'crowd', dropped }) }
  })
  return new DetectionDataset(samples, { orient: false, ...options, classes: names.map(([, name]) => name) }, dropped)
}
