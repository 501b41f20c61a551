import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { FormatError, HostRng, PortolanError, RangeError, ShapeError } from '@portolan/core'
import sharp from 'sharp'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resize } from '../transform/resize.ts'
import { cifar10, cifar100 } from './cifar.ts'
import { coco } from './coco.ts'
import { FileDataset, type FileOptions } from './file-dataset.ts'
import { imageArchive, imageFolder } from './image-folder.ts'
import { parseCifar } from './parse-cifar.ts'
import { parseCsv } from './parse-csv.ts'
import { parseVoc, pascalVoc } from './pascal-voc.ts'
import { readCsv } from './read-csv.ts'
import { readTar } from './read-tar.ts'
import { segmentationFolder } from './segmentation-folder.ts'

let root: string
let [jpeg, png]: Buffer[] = []
let next = 0

/** A new folder with these files. */
async function folder(files: Record<string, string | Uint8Array>): Promise<string> {
  const path = join(root, String(next++))
  await mkdir(path)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return path
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'portolan-'))
  const rng = new HostRng(1)
  const photo = sharp(
    Uint8Array.from({ length: 3 * 40 * 50 }, () => rng.integer(256)),
    { raw: { width: 50, height: 40, channels: 3 } },
  )
  jpeg = await photo.clone().jpeg().toBuffer()
  png = await photo.clone().png().toBuffer()
})
afterAll(() => rm(root, { recursive: true }))

const tar = async (entries: readonly (Parameters<ReturnType<typeof pack>['entry']>[0] & { content?: Uint8Array })[]): Promise<Buffer> => {
  const archive = pack()
  for (const { content, ...header } of entries) archive.entry(header, Buffer.from(content ?? []))
  archive.finalize()
  const parts: Uint8Array[] = []
  for await (const part of archive) parts.push(part as Uint8Array)
  return Buffer.concat(parts)
}
/** One picture among good ones. */
const photos = async (bad: Uint8Array, options: FileOptions = {}, name = 'bad.jpg') => {
  const path = await folder({ 'a/1.jpg': jpeg!, [`a/${name}`]: bad, 'b/2.png': png! })
  return imageFolder(path, { workers: 0, ...options })
}
const decode = async (bad: Uint8Array, options: FileOptions = {}, name?: string): Promise<unknown> => {
  const files = await photos(bad, options, name)
  return files.gather([0, 1, 2].slice(0, files.length))
}

const object = (box: readonly (number | string)[], name = 'dog'): string =>
  `<object><name>${name}</name><bndbox><xmin>${box[0]}</xmin><ymin>${box[1]}</ymin><xmax>${box[2]}</xmax><ymax>${box[3]}</ymax></bndbox></object>`
const annotation = (objects: string, size = '<width>50</width><height>40</height>'): string =>
  `<annotation><filename>1.jpg</filename><size>${size}</size>${objects}</annotation>`
const voc = async (
  xml: string,
  extra: Record<string, string | Uint8Array> = {},
  options: Parameters<typeof pascalVoc>[1] = {},
): Promise<unknown> => {
  const data = await pascalVoc(await folder({ 'Annotations/1.xml': xml, 'JPEGImages/1.jpg': jpeg!, ...extra }), { workers: 0, ...options })
  return data.gather([0])
}

const cocoFile = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  images: [{ id: 1, file_name: '1.jpg', height: 40, width: 50 }],
  categories: [{ id: 7, name: 'dog' }],
  annotations: [{ id: 1, image_id: 1, category_id: 7, bbox: [1, 2, 3, 4] }],
  ...change,
})
const readCoco = async (content: unknown): Promise<unknown> => {
  const path = await folder({ 'x.json': typeof content === 'string' ? content : JSON.stringify(content), '1.jpg': jpeg! })
  const data = await coco(join(path, 'x.json'), { workers: 0 })
  return data.gather([0])
}

const grey = (pixels: readonly number[], width: number): Promise<Buffer> =>
  sharp(Uint8Array.from(pixels), { raw: { width, height: pixels.length / width, channels: 1 } })
    .png()
    .toBuffer()
const segmentation = async (mask: Uint8Array, options: Parameters<typeof segmentationFolder>[1] = {}): Promise<unknown> => {
  const data = await segmentationFolder(await folder({ 'images/1.png': png!, 'masks/1.png': mask }), { workers: 0, ...options })
  return data.gather([0])
}
const cifarArchive = async (entries: Parameters<typeof tar>[0]): Promise<unknown> => {
  const path = await folder({ 'c.tar.gz': gzipSync(await tar(entries)) })
  return cifar10({ root: path, archive: 'c.tar.gz', workers: 0 })
}
/** A PNG header that promises a gigapixel, and one that is really there: 4,000 × 4,000 zeros in a few kilobytes. */
const bomb = (): Promise<Buffer> =>
  sharp({ create: { width: 4000, height: 4000, channels: 3, background: 'black' } })
    .png()
    .toBuffer()

const cases: [what: string, run: () => Promise<unknown>, message: RegExp][] = [
  [
    'a truncated JPEG',
    () => decode(jpeg!.subarray(0, jpeg!.length / 2)),
    /bad\.jpg: this is no readable picture \(VipsJpeg: premature end of JPEG image\); it has \d+ bytes/,
  ],
  ['a JPEG without its last byte', () => decode(jpeg!.subarray(0, -1)), /bad\.jpg: this is no readable picture/],
  ['a JPEG that ends in its header', () => decode(jpeg!.subarray(0, 30)), /bad\.jpg: this is no readable picture/],
  ['a JPEG of two bytes', () => decode(Buffer.from([0xff, 0xd8])), /bad\.jpg: .* it has 2 bytes and begins with ffd8 at byte 0/],
  ['a truncated PNG', () => decode(png!.subarray(0, png!.length / 2), {}, 'bad.png'), /bad\.png: this is no readable picture/],
  ['a PNG with broken bytes', () => decode(Buffer.from(png!).fill(0, 60, 600), {}, 'bad.png'), /bad\.png: this is no readable picture/],
  ['an empty file', () => decode(Buffer.alloc(0)), /bad\.jpg: .*it has 0 bytes and begins with nothing/],
  ['a text called .jpg', () => decode(Buffer.from('<html>404</html>')), /bad\.jpg: this is no readable picture/],
  [
    'a decompression bomb',
    async () => decode(await bomb(), { maxPixels: 1e6 }, 'bad.png'),
    /bad\.png: this is no readable picture \(Input image exceeds pixel limit\)/,
  ],
  ['a JPEG of too many pixels', () => decode(jpeg!, { maxPixels: 1999 }), /50 × 40 pixels are more than 1999/],
  [
    'a folder called .jpg',
    async () => imageFolder(await folder({ 'a/1.jpg': jpeg!, 'b/2.jpg/3.txt': '' }), { workers: 0 }),
    /the class 'b' has no picture/,
  ],
  [
    'a picture that is gone',
    () => new FileDataset([{ file: join(root, 'none.jpg'), fields: {} }], { workers: 0 }).gather([0]),
    /none\.jpg: it cannot be read \(ENOENT\)/,
  ],
  ['a folder that is not there', () => imageFolder(join(root, 'nowhere')), /nowhere: the folder cannot be read \(ENOENT\)/],
  ['a file instead of a folder', async () => imageFolder(join(await folder({ x: '' }), 'x')), /x: the folder cannot be read \(ENOTDIR\)/],
  [
    'an empty class',
    async () => {
      const path = await folder({ 'a/1.jpg': jpeg! })
      await mkdir(join(path, 'b'))
      return imageFolder(path)
    },
    /the class 'b' has no picture\. Remove its folder, or pass emptyClasses: 'allow'/,
  ],
  ['no class at all', async () => imageFolder(await folder({ '1.jpg': jpeg! })), /there must be a folder for each class, none was found/],
  [
    'a class that has no folder',
    async () => imageFolder(await folder({ 'a/1.jpg': jpeg! }), { names: ['a', 'c'] }),
    /there is no folder of the class 'c', only a/,
  ],
  [
    'a link to the folder itself',
    async () => {
      const path = await folder({ 'a/1.jpg': jpeg! })
      await symlink(join(path, 'a'), join(path, 'a', 'again'))
      return imageFolder(path)
    },
    /more than 16 deep in each other\. Is one a link/,
  ],
  [
    'pictures of two sizes in one batch',
    async () => {
      const small = await sharp(jpeg).resize(10, 10).jpeg().toBuffer()
      return decode(small)
    },
    /samples of a batch must be alike; image of .*1\.jpg is \[3,40,50\], of .*bad\.jpg \[3,10,10\]\. Bring all to one size/,
  ],
  [
    'a CIFAR file of odd length',
    async () => parseCifar(new Uint8Array(3073 * 2 + 5), { classes: 10, label: 'test_batch.bin' }),
    /test_batch\.bin: a file of CIFAR-10 has records of 3073 bytes; this one ends within record 2, at byte 6151/,
  ],
  [
    'an empty CIFAR file',
    async () => parseCifar(new Uint8Array(0), { classes: 100 }),
    /records of 3074 bytes; this one ends within record 0/,
  ],
  [
    'a CIFAR file with class 10',
    async () => parseCifar(new Uint8Array(3073 * 2).fill(10, 3073, 3074), { classes: 10 }),
    /classes are 0 to 9, got 10 in record 1, at byte 3073/,
  ],
  [
    'a CIFAR file still compressed',
    async () => parseCifar(gzipSync(new Uint8Array(3073)), { classes: 10 }),
    /It is gzip data, decompress it first/,
  ],
  [
    'a CIFAR folder without training files',
    async () => cifar100({ root: await folder({ 'test.bin': new Uint8Array(3074) }) }),
    /there is no file such as train\.bin of CIFAR-100/,
  ],
  [
    'a CIFAR archive of neither form',
    () => cifarArchive([{ name: 'readme.md' }]),
    /there are neither CIFAR's binary files nor pictures in train/,
  ],
  [
    'CIFAR pictures in three folders',
    () => cifarArchive(['a', 'b', 'c'].map(c => ({ name: `x/train/${c}/1.jpg`, content: jpeg! }))),
    /there must be 10 folders of classes in train, there are 3: a, b, c/,
  ],
  [
    'an archive with ../ names',
    async () => readTar(join(await folder({ 'x.tar': await tar([{ name: 'ok/1.jpg' }, { name: '../../etc/passwd' }]) }), 'x.tar')),
    /x\.tar: the entry '\.\.\/\.\.\/etc\/passwd' leads out of the archive/,
  ],
  [
    'an archive with an absolute name',
    async () => imageArchive(join(await folder({ 'x.tar': await tar([{ name: '/etc/passwd' }]) }), 'x.tar')),
    /the entry '\/etc\/passwd' leads out/,
  ],
  [
    'an archive with a link',
    async () => readTar(join(await folder({ 'x.tar': await tar([{ name: 'a', type: 'symlink', linkname: '/etc' }]) }), 'x.tar')),
    /the entry 'a' is a symlink, only files and folders are read/,
  ],
  [
    'an archive that is a bomb',
    async () =>
      readTar(join(await folder({ 'x.tgz': gzipSync(await tar([{ name: 'a', content: new Uint8Array(5e6) }])) }), 'x.tgz'), {
        maxBytes: 1e6,
      }),
    /its content is larger than the 1000000 bytes allowed/,
  ],
  [
    'an archive of too many entries',
    async () => readTar(join(await folder({ 'x.tar': await tar([{ name: 'a' }, { name: 'b' }]) }), 'x.tar'), { maxEntries: 1 }),
    /there are more than 1 entries/,
  ],
  [
    'a truncated archive',
    async () =>
      readTar(
        join(
          await folder({
            'x.tgz': gzipSync(await tar([{ name: 'a', content: new HostRng(1).permutation(5000) as unknown as Uint8Array }])).subarray(
              0,
              400,
            ),
          }),
          'x.tgz',
        ),
      ),
    /no tar archive, or it is truncated or corrupt/,
  ],
  ['a text called .tar', async () => readTar(join(await folder({ 'x.tar': 'hello' }), 'x.tar')), /no tar archive, or it is truncated/],
  ['broken XML', () => voc(annotation(object([1, 2, 3, 4])).replace('</object>', '')), /1\.xml: the XML is broken at line 1, column \d+/],
  [
    'XML with entities',
    () => voc(`<!DOCTYPE x [<!ENTITY a "b">]>${annotation('')}`),
    /document types and entities are not read \(at byte 0/,
  ],
  ['XML of something else', () => voc('<html></html>'), /there is no <annotation> with <size> and <object>/],
  ['an annotation without a size', () => voc(annotation('', '')), /<size><height> must be a number, got nothing/],
  ['a box that is no number', () => voc(annotation(object([1, 'x', 3, 4]))), /object 0 \(dog\) <ymin> must be a number, got "x"/],
  ['an object without a name', () => voc(annotation(object([1, 2, 3, 4], ''))), /object 0 has no <name>/],
  [
    'a box of no size',
    () => voc(annotation(object([9, 9, 9, 9]))),
    /object 0 \(dog\) has the box \[9, 9, 9, 9\] without area .* Pass emptyBoxes: 'drop'/,
  ],
  ['a box outside the picture', () => voc(annotation(object([60, 5, 70, 9]))), /without area in the picture of 50 × 40/],
  [
    'a box whose sides are swapped',
    () => voc(annotation(object([9, 2, 3, 4]))),
    /has the box \[9, 2, 3, 4\]; it must be left, top, right, bottom/,
  ],
  [
    'annotations of another size than the picture',
    () => voc(annotation('', '<width>40</width><height>50</height>')),
    /1\.jpg: the picture has 50 × 40 pixels, its annotations are for 40 × 50/,
  ],
  [
    'a list that names a path',
    () => voc(annotation(''), { 'ImageSets/Main/x.txt': '../../1\n' }, { split: 'x' }),
    /'\.\.\/\.\.\/1' must be the name of a picture, without folder/,
  ],
  [
    'a list with a picture that has no annotation',
    () => voc(annotation(''), { 'ImageSets/Main/x.txt': '2\n' }, { split: 'x' }),
    /2\.xml: it cannot be read \(ENOENT\)/,
  ],
  [
    'a class without a name',
    () => voc(annotation(object([1, 2, 3, 4], 'cat')), {}, { names: ['dog'] }),
    /object 0 is of class 'cat', the names are dog/,
  ],
  ['COCO that is no JSON', () => readCoco('{"images": ['), /x\.json: this is no JSON/],
  ['COCO without categories', () => readCoco({ images: [], annotations: [] }), /an object with a list 'categories'/],
  [
    'COCO with a list of prototypes',
    () => readCoco('{"__proto__": {"images": [], "categories": [], "annotations": []}}'),
    /an object with a list 'categories'/,
  ],
  [
    'COCO with two pictures of one id',
    () => readCoco(cocoFile({ images: [1, 2].map(() => ({ id: 1, file_name: '1.jpg', height: 40, width: 50 })) })),
    /images\[1\]\.id is 1, as another one's/,
  ],
  [
    'COCO with an unknown picture',
    () => readCoco(cocoFile({ annotations: [{ image_id: 3, category_id: 7, bbox: [0, 0, 1, 1] }] })),
    /annotations\[0\]\.image_id is 3; there is no such picture/,
  ],
  [
    'COCO with an unknown category',
    () => readCoco(cocoFile({ annotations: [{ image_id: 1, category_id: 3, bbox: [0, 0, 1, 1] }] })),
    /category_id is 3; there is no such category/,
  ],
  [
    'COCO with three numbers for a box',
    () => readCoco(cocoFile({ annotations: [{ image_id: 1, category_id: 7, bbox: [0, 0, 1] }] })),
    /bbox must be \[left, top, width, height\], got \[0,0,1\]/,
  ],
  [
    'COCO with a box of negative width',
    () => readCoco(cocoFile({ annotations: [{ image_id: 1, category_id: 7, bbox: [5, 5, -1, 3] }] })),
    /annotations\[0\] has the box \[5, 5, 4, 8\]/,
  ],
  [
    'COCO with a file outside',
    () => readCoco(cocoFile({ images: [{ id: 1, file_name: 'a/../../1.jpg', height: 40, width: 50 }] })),
    /file_name must be a file within the folder/,
  ],
  [
    'a mask with a class that does not exist',
    async () =>
      segmentation(
        await grey(
          Array.from({ length: 2000 }, (_, i) => Number(i === 53) * 9),
          50,
        ),
        { names: ['a', 'b'] },
      ),
    /1\.png: the mask has class 9 at row 1, column 3; there are 2/,
  ],
  ['a mask in colours', () => segmentation(png!), /the mask is in colours/],
  [
    'a mask with a colour of no class',
    () => segmentation(png!, { colors: [[1, 2, 3]] }),
    /the colour \[\d+, \d+, \d+\] at row 0, column 0 is no class's/,
  ],
  [
    'a mask of another size',
    async () => segmentation(await grey(Array(100).fill(0), 10)),
    /1\.png: the mask has 10 × 10 pixels, its picture .*1\.png 50 × 40/,
  ],
  [
    'a mask that is cut',
    async () => segmentation((await grey(Array(2000).fill(1), 50)).subarray(0, 60)),
    /1\.png: this is no readable mask/,
  ],
  [
    'a picture without a mask',
    async () => segmentationFolder(await folder({ 'images/1.png': png!, 'masks/2.png': png! })),
    /1\.png: there is no mask of this name/,
  ],
  [
    'a list of three words',
    async () => segmentationFolder(await folder({ 'l.txt': 'a b\na b c\n' }), { list: 'l.txt' }),
    /l\.txt: line 2 must be "picture mask", got 'a b c'/,
  ],
  [
    'a list that leads out',
    async () => segmentationFolder(await folder({ 'l.txt': '../a b\n' }), { list: 'l.txt' }),
    /line 1 leads out of/,
  ],
  ['ragged CSV', async () => parseCsv('a,b\n1,2\n3\n', { label: 'x.csv' }), /x\.csv: row 3 has 1 cells, there are 2 columns/],
  ['CSV with an open quote', async () => parseCsv('a,b\n"1,2\n3,4\n'), /CSV: row \d+: Quoted field unterminated/],
  [
    'CSV with a text for a number',
    async () => parseCsv('a,b\n1,x\n').numbers(['b']),
    /row 2, column 'b': 'x' is no number\. If it stands for a missing one: missing: \['x'\]/,
  ],
  ['CSV with two columns of one name', async () => parseCsv('a,a\n1,2\n'), /two columns 'a'/],
  ['CSV with a missing category', async () => parseCsv('a,b\n1,\n').categories('b'), /row 2, column 'b': the value is missing/],
  ['CSV that is empty', async () => parseCsv(' \n\n'), /there is no row/],
  ['CSV that is no text', async () => readCsv(join(await folder({ 'x.csv': png! }), 'x.csv')), /x\.csv: it is not UTF-8/],
  ['CSV of zeros', async () => parseCsv('a,b\n\0\0,\0\n'), /there is a zero character at 4/],
  ['CSV that is not there', () => readCsv(join(root, 'none.csv')), /none\.csv: it cannot be read \(ENOENT/],
]

describe('malformed data', () => {
  it('has at least 40 kinds', () => expect(cases.length).toBeGreaterThanOrEqual(40))

  it.each(cases)('%s is refused clearly', async (_, run, message) => {
    const error: unknown = await run().catch((e: unknown) => e)
    expect(error).toBeInstanceOf(PortolanError)
    expect([FormatError, ShapeError].some(kind => error instanceof kind)).toBe(true)
    expect((error as Error).message).toMatch(message)
  })

  it.skipIf(process.getuid?.() === 0)('a folder without permission is named (root reads everything)', async () => {
    const path = await folder({ 'a/1.jpg': jpeg! })
    await chmod(join(path, 'a'), 0)
    await expect(imageFolder(path)).rejects.toThrow(/a: the folder cannot be read \(EACCES\)/)
    await chmod(join(path, 'a'), 0o700)
  })

  it('a prototype in XML is only a name', () => {
    const { objects } = parseVoc(annotation(object([1, 2, 3, 4], '__proto__')))
    expect(objects).toEqual([{ name: '__proto__', box: [1, 2, 3, 4], difficult: false }])
  })
})

describe('the policy for corrupt files', () => {
  const broken = (): Promise<FileDataset<'image' | 'label'>> => photos(jpeg!.subarray(0, 200), { corrupt: 'skip' })

  it.each([0, 1])('skips and lists them, with %i workers', async workers => {
    const files = await photos(jpeg!.subarray(0, 200), { corrupt: 'skip', workers })
    const batch = await files.gather([0, 1, 2])
    expect([batch.image.shape, [...batch.label.data]]).toEqual([
      [2, 3, 40, 50],
      [0, 1],
    ])
    expect(files.corrupt).toMatchObject([{ index: 1, file: files.samples[1]!.file }])
    expect(files.corrupt[0]!.error).toBeInstanceOf(FormatError)
    await files.gather([1, 2])
    expect(files.corrupt.length).toBe(1)
  })

  it('replaces them by the next that can be read', async () => {
    const files = await photos(jpeg!.subarray(0, 200), { corrupt: 'replace' })
    const batch = await files.gather([0, 1])
    const wanted = await files.gather([0, 2])
    expect([...batch.image.data]).toEqual([...wanted.image.data])
    expect([...batch.label.data]).toEqual([0, 1])
    expect(files.corrupt.map(c => c.index)).toEqual([1])
    const all = new FileDataset([{ file: join(root, 'gone.jpg'), fields: {} }], { corrupt: 'replace', workers: 0 })
    await expect(all.gather([0])).rejects.toThrow(/gone\.jpg: there is no picture to replace it by, all 1 are corrupt/)
  })

  it('does not hide what a transform refuses', async () => {
    const files = await broken()
    const wrong = Object.assign(() => {
      throw new RangeError('mine')
    }, {})
    await expect(files.gatherEach([0], wrong, () => ({ seed: 0, stream: 0, draw: 0 }))).rejects.toThrow('mine')
    await expect((await broken()).gatherEach([0], resize([2, 2]), () => ({ seed: 0, stream: 0, draw: 0 }))).resolves.toMatchObject({
      image: { shape: [1, 3, 2, 2] },
    })
  })

  it('is one of three', () => {
    expect(() => new FileDataset([], { corrupt: 'ignore' as 'skip' })).toThrow(/corrupt must be 'throw', 'skip' or 'replace'/)
    expect(() => new FileDataset([], { workers: -1 })).toThrow(/workers must be a whole number/)
  })
})
