import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError } from '@portolan/core'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { boxFieldsOf, type Annotation, type BoxOptions, type DroppedBox } from './boxes.ts'
import { FileDataset, type FileOptions, type FileSample } from './file-dataset.ts'

/** Options of `pascalVoc`. */
export interface PascalVocOptions extends FileOptions, BoxOptions {
  /** The list of pictures, `ImageSets/Main/NAME.txt`: `train`, `val`, `trainval`, `test`; by default every annotation there is. */
  readonly split?: string
  /** Names of the classes, in the order of their numbers; by default those that occur anywhere in the annotations, sorted. */
  readonly names?: readonly string[]
  /** Pixels are counted from 1 and the right and bottom ones belong to the box, as in the original challenge; by default not. */
  readonly oneBased?: boolean
}

/** Pictures with boxes: `image`, `boxes`, `classes` and `difficult` or `crowd`. */
export class DetectionDataset<K extends string> extends FileDataset<K> {
  /** Boxes without area that were left out. */
  readonly dropped: readonly DroppedBox[]
  constructor(samples: readonly FileSample[], options: ConstructorParameters<typeof FileDataset>[1], dropped: readonly DroppedBox[]) {
    super(samples, options)
    this.dropped = dropped
  }
}

/** What a file of Pascal VOC says about a picture. */
export interface VocAnnotation {
  readonly filename: string
  readonly height: number
  readonly width: number
  readonly objects: readonly {
    readonly name: string
    readonly box: readonly [number, number, number, number]
    readonly difficult: boolean
  }[]
}

const MAX_BYTES = 2 ** 24
const parser = new XMLParser({ processEntities: false, parseTagValue: false, isArray: name => name === 'object' })

/** Objects without a prototype, so that no name in a file means anything else. */
const record = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
const field = (value: unknown, name: string): unknown => {
  const inside = record(value)
  return inside && Object.hasOwn(inside, name) ? inside[name] : undefined
}

/**
 * Reads one annotation of Pascal VOC; entities and document types are refused.
 *
 * @throws FormatError that names the label, and the line where the XML is broken.
 */
export function parseVoc(xml: string, label = 'VOC annotation'): VocAnnotation {
  if (xml.length > MAX_BYTES) throw new FormatError(`${label}: an annotation has at most ${MAX_BYTES} characters, this one ${xml.length}.`)
  const doctype = xml.indexOf('<!DOCTYPE')
  if (doctype >= 0) throw new FormatError(`${label}: document types and entities are not read (at byte ${doctype} of ${xml.length}).`)
  const valid = XMLValidator.validate(xml)
  if (valid !== true)
    throw new FormatError(`${label}: the XML is broken at line ${valid.err.line}, column ${valid.err.col}: ${valid.err.msg}`)
  let tree: unknown
  try {
    tree = parser.parse(xml)
  } catch (cause) {
    throw new FormatError(`${label}: the XML cannot be read (${(cause as Error).message}).`, { cause })
  }
  const top = field(tree, 'annotation')
  if (!record(top)) throw new FormatError(`${label}: there is no <annotation> with <size> and <object>.`)
  const number = (where: string, value: unknown): number => {
    const n = typeof value === 'string' && value.trim() ? Number(value) : NaN
    if (!Number.isFinite(n)) throw new FormatError(`${label}: ${where} must be a number, got ${JSON.stringify(value) ?? 'nothing'}.`)
    return n
  }
  const size = (name: string): number => {
    const n = number(`<size><${name}>`, field(field(top, 'size'), name))
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 16) throw new FormatError(`${label}: <size><${name}> must be from 1 to 65536, got ${n}.`)
    return n
  }
  const objects = (field(top, 'object') as unknown[] | undefined) ?? []
  return {
    filename: String(field(top, 'filename') ?? ''),
    height: size('height'),
    width: size('width'),
    objects: objects.map((object, i) => {
      const name = field(object, 'name')
      if (typeof name !== 'string' || !name.trim()) throw new FormatError(`${label}: object ${i} has no <name>.`)
      const side = (corner: string): number => number(`object ${i} (${name}) <${corner}>`, field(field(object, 'bndbox'), corner))
      const box = [side('xmin'), side('ymin'), side('xmax'), side('ymax')] as const
      return { name: name.trim(), box, difficult: String(field(object, 'difficult') ?? '0').trim() === '1' }
    }),
  }
}

async function text(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new FormatError(`${file}: it cannot be read (${code ?? message}).`, { cause })
  }
}

/**
 * A folder of Pascal VOC: `JPEGImages`, `Annotations/*.xml`, `ImageSets/Main/*.txt`. `image` uint8 `[c, h, w]`, `boxes` float32
 * `[k, 4]` (left, top, right, bottom), `classes` and `difficult` int32 `[k]`.
 *
 * All annotations are read and checked at once, pictures when their batch is due. Boxes are cut off at the border of the picture.
 *
 * M. Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge" (2010).
 *
 * @throws FormatError that names the file when a list, an annotation or a box is not as it should be.
 *
 * @example
 * const train = await pascalVoc('BCCD', { split: 'train', emptyBoxes: 'drop' })
 */
export async function pascalVoc(
  root: string,
  { split, names, oneBased = false, emptyBoxes = 'throw', ...options }: PascalVocOptions = {},
): Promise<DetectionDataset<'image' | 'boxes' | 'classes' | 'difficult'>> {
  const folder = join(root, 'Annotations')
  const present = await readdir(folder).catch((cause: unknown) => {
    throw new FormatError(`${folder}: the folder cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause })
  })
  const all = present
    .filter(name => name.endsWith('.xml'))
    .map(name => name.slice(0, -4))
    .sort()
  const listed = split === undefined ? all : idsOf(await text(join(root, 'ImageSets', 'Main', `${split}.txt`)))
  const wanted = new Set(listed)
  const parsed = new Map<string, VocAnnotation>()
  // Without names, the numbers of the classes must not depend on the split: every annotation is read.
  for (const id of names ? listed : new Set([...all, ...listed]))
    parsed.set(id, parseVoc(await text(join(folder, `${id}.xml`)), join(folder, `${id}.xml`)))
  const classes = names ?? [...new Set([...parsed.values()].flatMap(a => a.objects.map(o => o.name)))].sort()
  const dropped: DroppedBox[] = []
  const samples = [...wanted].map((id): FileSample => {
    const file = join(folder, `${id}.xml`)
    const { height, width, objects, filename } = parsed.get(id)!
    const annotations = objects.map(({ name, box: [x1, y1, x2, y2], difficult }, i): Annotation => {
      const number = classes.indexOf(name)
      if (number < 0) throw new FormatError(`${file}: object ${i} is of class '${name}', the names are ${classes.join(', ')}.`)
      const first = oneBased ? 1 : 0
      return { box: [x1 - first, y1 - first, x2, y2], class: number, difficult, name: `object ${i} (${name})` }
    })
    const fields = boxFieldsOf(file, annotations, [height, width], { emptyBoxes, flag: 'difficult', dropped })
    const ending = /\.[a-z]+$/i.exec(filename)?.[0] ?? '.jpg'
    return { file: join(root, 'JPEGImages', `${id}${ending}`), size: [height, width], fields }
  })
  return new DetectionDataset(samples, { orient: false, ...options, classes }, dropped)
}

/** The first word of each line. @throws FormatError when one is a path. */
function idsOf(list: string): string[] {
  return list
    .split(/\r?\n/)
    .map(line => line.trim().split(/\s+/)[0]!)
    .filter(Boolean)
    .map(id => {
      if (/[/\\\0]/.test(id) || id === '..')
        throw new FormatError(`ImageSets: '${id}' must be the name of a picture, without folder or ending.`)
      return id
    })
}
