import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32, deflateSync, gzipSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loader } from '../loader/loader.ts'
import { letterbox } from '../transform/resize.ts'
import { cifar10, cifar100 } from './cifar.ts'
import { coco } from './coco.ts'
import { FileDataset } from './file-dataset.ts'
import { imageArchive, imageFolder } from './image-folder.ts'
import { parseCifar } from './parse-cifar.ts'
import { parseCsv } from './parse-csv.ts'
import { pascalVoc } from './pascal-voc.ts'
import { readCsv } from './read-csv.ts'
import { segmentationFolder } from './segmentation-folder.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'portolan-'))
})
afterAll(() => rm(root, { recursive: true }))
async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(root, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}
const solid = (colour: readonly [number, number, number], width = 32, height = 32): Sharp =>
  sharp({ create: { width, height, channels: 3, background: { r: colour[0], g: colour[1], b: colour[2] } } })
/** A PNG whose pixels are places in a palette, written out: sharp orders palettes as it likes. */
function palettePng(pixels: readonly number[], width: number, palette: readonly (readonly number[])[]): Buffer {
  const chunk = (name: string, content: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(name), content])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(content.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(pixels.length / width, 4)
  header.set([8, 3], 8)
  const rows = pixels.flatMap((v, i) => (i % width ? [v] : [0, v]))
  const chunks = [
    chunk('IHDR', header),
    chunk('PLTE', Uint8Array.from(palette.flat())),
    chunk('IDAT', deflateSync(Uint8Array.from(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks])
}
const shared = process.env.PORTOLAN_DATA
const data = (name: string): string => join(shared!, name)

describe('CIFAR', () => {
  /** n records whose pixels count on. */
  const records = (n: number, head: (i: number) => number[]): Uint8Array =>
    Uint8Array.from({ length: n }, (_, i) => i).reduce<Uint8Array>(
      (all, i) => Buffer.concat([all, Uint8Array.from(head(i)), Uint8Array.from({ length: 3072 }, (_, k) => (k + i) % 256)]),
      new Uint8Array(),
    )

  it('is read as planes of red, green and blue with a class before', () => {
    const { fields } = parseCifar(
      records(2, i => [9 - i]),
      { classes: 10 },
    )
    expect([fields.image.shape, [...fields.label.data]]).toEqual([
      [2, 3, 32, 32],
      [9, 8],
    ])
    expect([fields.image.data[0], fields.image.data[1024], fields.image.data[3072], fields.image.data[6143]]).toEqual([0, 0, 1, 0])
    const hundred = parseCifar(
      records(2, i => [19 - i, 99 - i]),
      { classes: 100 },
    ).fields
    expect([[...hundred.coarse.data], [...hundred.label.data]]).toEqual([
      [19, 18],
      [99, 98],
    ])
  })

  it('comes from folders and archives, batches in order, with the names of the classes', async () => {
    const names = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ')
    await put(
      'c10/cifar-10-batches-bin/data_batch_2.bin',
      records(2, () => [2]),
    )
    await put(
      'c10/cifar-10-batches-bin/data_batch_1.bin',
      records(3, () => [1]),
    )
    await put(
      'c10/cifar-10-batches-bin/test_batch.bin',
      records(1, () => [7]),
    )
    await put('c10/cifar-10-batches-bin/batches.meta.txt', `${names.join('\n')}\n\n`)
    const { train, test, classes } = await cifar10({ root: join(root, 'c10') })
    expect([[...train.fields.label.data], [...test.fields.label.data], classes]).toEqual([[1, 1, 1, 2, 2], [7], names])
    const tar = pack()
    for (const name of ['train', 'test']) tar.entry({ name: `cifar-100-binary/${name}.bin` }, Buffer.from(records(2, i => [3, i])))
    tar.finalize()
    const parts: Uint8Array[] = []
    for await (const part of tar) parts.push(part as Uint8Array)
    await put('c100/cifar-100-binary.tar.gz', gzipSync(Buffer.concat(parts)))
    const hundred = await cifar100({ root: join(root, 'c100') })
    expect([[...hundred.train.fields.label.data], [...hundred.test.fields.coarse.data], hundred.classes.length]).toEqual([
      [0, 1],
      [3, 3],
      100,
    ])
  })

  it('comes from JPEG copies in an archive', async () => {
    const tar = pack()
    for (const split of ['test', 'train'])
      for (let k = 0; k < 10; k++)
        tar.entry(
          { name: `copy/${split}/${String.fromCodePoint(97 + k)}/0000.jpg` },
          await solid([20 * k, 0, 0])
            .jpeg({ quality: 100 })
            .toBuffer(),
        )
    tar.finalize()
    const parts: Uint8Array[] = []
    for await (const part of tar) parts.push(part as Uint8Array)
    await put('jpeg/x.tar', Buffer.concat(parts))
    const { train, test, classes } = await cifar10({ root: join(root, 'jpeg'), archive: 'x.tar', workers: 0 })
    expect([train.fields.image.shape, [...test.fields.label.data], classes.join('')]).toEqual([
      [10, 3, 32, 32],
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      'abcdefghij',
    ])
    for (let k = 0; k < 10; k++) expect(Math.abs(train.at(k).image.data[500]! - 20 * k)).toBeLessThanOrEqual(3)
    const photos = await imageArchive(join(root, 'jpeg', 'x.tar'), { folder: 'copy/test', workers: 0 })
    expect([photos.length, photos.classes.length, photos.samples[3]!.file]).toEqual([
      10,
      10,
      `${join(root, 'jpeg', 'x.tar')}:copy/test/d/0000.jpg`,
    ])
  })

  it('asks the mirror when no folder has it, and keeps nothing that is wrong', async () => {
    const asked: string[] = []
    const fetch = (url: unknown): Promise<Response> => (asked.push(String(url)), Promise.resolve(new Response('wrong')))
    vi.stubEnv('PORTOLAN_DATA', undefined)
    vi.stubEnv('PORTOLAN_CACHE', join(root, 'cache'))
    await expect(cifar10({ root: join(root, 'nothing'), fetch: fetch as typeof globalThis.fetch })).rejects.toThrow(
      /must have md5 c32a1d4ab5d03f1284b67883e8d87530/,
    )
    vi.unstubAllEnvs()
    expect(asked).toEqual(['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'])
  })

  it.skipIf(!shared)('has the subset as described (needs PORTOLAN_DATA/cifar10)', async () => {
    const { train, test, classes } = await cifar10({ root: data('cifar10'), archive: 'cifar-10-binary-subset.tar.gz' })
    expect([train.length, test.length, classes[9]]).toEqual([4000, 1000, 'truck'])
    for (let k = 0; k < 10; k++) expect(train.fields.label.data.filter(l => l === k).length).toBe(400)
  })

  it.skipIf(!shared)(
    'decodes the JPEG copies to nearly the pixels of the subset, which Pillow decoded (needs PORTOLAN_DATA/cifar10)',
    async () => {
      const subset = await cifar10({ root: data('cifar10'), archive: 'cifar-10-binary-subset.tar.gz' })
      const copies = await imageArchive(data('cifar10/cifar10_jpeg_full.tar.gz'), { folder: 'cifar10_jpeg/test', workers: 0 })
      const first = await copies.take(100).inMemory() // airplanes 0000 … 0099, all in the subset
      const key = (pixels: ArrayLike<number>): number[] => Array.from({ length: 48 }, (_, i) => pixels[64 * i]!)
      const planes = Array.from({ length: 1000 }, (_, i) => subset.test.at(i)).filter(s => s.label.data[0] === 0)
      let [sum, most] = [0, 0]
      for (let i = 0; i < 100; i++) {
        const { image } = first.at(i)
        const nearest = planes.reduce((a, b) => {
          const distance = (s: typeof a): number => key(s.image.data).reduce((d, v, k) => d + Math.abs(v - key(image.data)[k]!), 0)
          return distance(b) < distance(a) ? b : a
        })
        image.data.forEach((v, k) => {
          const d = Math.abs(v - nearest.image.data[k]!)
          sum += d
          most = Math.max(most, d)
        })
      }
      expect(sum / 307_200).toBeLessThan(0.5)
      expect(most).toBeLessThanOrEqual(6)
    },
    300_000,
  )
})

describe('pictures in files', () => {
  it('are decoded alike, whatever their form: grey, turned, with a palette, transparent, with a profile', async () => {
    const files = {
      'grey.jpg': await solid([90, 90, 90], 6, 4).greyscale().jpeg({ quality: 100 }).toBuffer(),
      'plain.jpg': await solid([200, 100, 50], 6, 4).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
      'progressive.jpg': await solid([200, 100, 50], 6, 4).jpeg({ quality: 100, progressive: true }).toBuffer(),
      'profile.jpg': await solid([200, 100, 50], 6, 4).withIccProfile('p3').jpeg({ quality: 100 }).toBuffer(),
      'palette.png': await solid([200, 100, 50], 6, 4).png({ palette: true }).toBuffer(),
      'clear.png': await solid([200, 100, 50], 6, 4).ensureAlpha(0).png().toBuffer(),
      'x.webp': await solid([200, 100, 50], 6, 4).webp({ lossless: true }).toBuffer(),
    }
    for (const [name, bytes] of Object.entries(files)) {
      const dataset = new FileDataset([{ file: await put(`forms/${name}`, bytes), fields: {} }], { workers: 0 })
      const { image } = await dataset.at(0)
      expect(image!.shape, name).toEqual([3, 4, 6])
      const wanted =
        name === 'grey.jpg' ? [90, 90, 90] : name === 'clear.png' ? [255, 255, 255] : name === 'profile.jpg' ? undefined : [200, 100, 50]
      const got = [0, 1, 2].map(c => image!.data[24 * c]!)
      const nearest = wanted ?? got
      got.forEach((v, c) => expect(Math.abs(v - nearest[c]!), name).toBeLessThanOrEqual(2))
    }
    const grey = new FileDataset([{ file: join(root, 'forms/plain.jpg'), fields: {} }], { workers: 0, channels: 1 })
    expect(Math.abs((await grey.at(0)).image!.data[0]! - (0.299 * 200 + 0.587 * 100 + 0.114 * 50))).toBeLessThanOrEqual(2)
    const wide = await solid([1, 2, 3], 6, 4).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    const turned = await put('forms/turned.jpg', wide)
    const shapeOf = async (orient: boolean): Promise<unknown> =>
      (await new FileDataset([{ file: turned, fields: {} }], { workers: 0, orient }).at(0)).image!.shape
    expect([await shapeOf(true), await shapeOf(false)]).toEqual([
      [3, 6, 4],
      [3, 4, 6],
    ])
  })

  it('are found at any depth, in the order of their names, with other files left alone', async () => {
    const picture = await solid([0, 0, 0], 4, 4).png().toBuffer()
    for (const name of ['b/2.PNG', 'b/deep/1.png', 'a/9.png', 'a/10.png', 'a/.hidden.png', 'a/notes.txt', 'top.png'])
      await put(`tree/${name}`, name.endsWith('txt') ? '' : picture)
    const files = await imageFolder(join(root, 'tree'), { workers: 0 })
    expect(files.samples.map(s => s.file.slice(join(root, 'tree').length + 1))).toEqual(['a/10.png', 'a/9.png', 'b/2.PNG', 'b/deep/1.png'])
    expect([files.classes, [...files.labels], files.length]).toEqual([['a', 'b'], [0, 0, 1, 1], 4])
    expect([...(await imageFolder(join(root, 'tree'), { names: ['b', 'a'] })).labels]).toEqual([0, 0, 1, 1])
  })

  it.skipIf(!shared)('hymenoptera has the counts of its description (needs PORTOLAN_DATA/hymenoptera)', async () => {
    const [train, val] = [await imageFolder(data('hymenoptera/train')), await imageFolder(data('hymenoptera/val'))]
    expect([train.length, val.length, train.classes, train.labels.filter(l => l === 0).length]).toEqual([84, 46, ['ants', 'bees'], 46])
  })
})

describe('boxes', () => {
  const xml = `<annotation><filename>1.png</filename><size><width>32</width><height>20</height><depth>3</depth></size>
    <object><name>cat</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>33</xmax><ymax>10</ymax></bndbox></object>
    <object><name>ant</name><bndbox><xmin>5</xmin><ymin>5</ymin><xmax>5</xmax><ymax>9</ymax></bndbox></object>
    <object><name>ant</name><bndbox><xmin>4.5</xmin><ymin>5</ymin><xmax>6</xmax><ymax>9</ymax></bndbox></object></annotation>`

  it('of Pascal VOC are cut off at the border, empty ones left out and listed', async () => {
    await put('voc/Annotations/1.xml', xml)
    await put('voc/Annotations/2.xml', xml.replace('cat', 'bee'))
    await put('voc/ImageSets/Main/train.txt', '1 1\n')
    await put('voc/JPEGImages/1.png', await solid([1, 2, 3], 32, 20).png().toBuffer())
    const options = { workers: 0, split: 'train', emptyBoxes: 'drop' } as const
    const train = await pascalVoc(join(root, 'voc'), options)
    expect([train.length, train.classes, train.maxBoxes]).toEqual([1, ['ant', 'bee', 'cat'], 2])
    expect(train.dropped).toEqual([{ file: join(root, 'voc/Annotations/1.xml'), name: 'object 1 (ant)', box: [5, 5, 5, 9] }])
    const { image, boxes, classes, difficult } = await train.gather([0])
    expect([image.shape, [...boxes.data], [...classes.data], [...difficult.data]]).toEqual([
      [1, 3, 20, 32],
      [1, 2, 32, 10, 4.5, 5, 6, 9],
      [2, 0],
      [1, 0],
    ])
    const first = await pascalVoc(join(root, 'voc'), { ...options, oneBased: true })
    expect([...(await first.gather([0])).boxes.data.subarray(0, 4)]).toEqual([0, 1, 32, 10])
  })

  it('of COCO are left, top, width and height, with categories numbered anew', async () => {
    const json = {
      images: [
        { id: 5, file_name: '1.png', height: 20, width: 32 },
        { id: 2, file_name: 'none.png', height: 1, width: 1 },
      ],
      categories: [
        { id: 90, name: 'cat' },
        { id: 18, name: 'ant' },
      ],
      annotations: [
        { image_id: 5, category_id: 90, bbox: [1, 2, 3, 4], iscrowd: 1 },
        { image_id: 5, category_id: 18, bbox: [0, 0, 40, 40] },
      ],
    }
    const file = await put('voc/JPEGImages/x.json', JSON.stringify(json))
    const all = await coco(file, { workers: 0 })
    const { boxes, classes, crowd } = await all.gather([0])
    expect([all.classes, [...boxes.data], [...classes.data], [...crowd.data]]).toEqual([
      ['ant', 'cat'],
      [1, 2, 4, 6, 0, 0, 32, 20],
      [1, 0],
      [1, 0],
    ])
    expect(all.samples[1]!.fields.boxes!.shape).toEqual([0, 4])
  })

  it.skipIf(!shared)('BCCD has the counts of its description, the same from both forms (needs PORTOLAN_DATA/bccd)', async () => {
    let boxes = 0
    for (const [split, images, count] of [
      ['train', 205, 2805],
      ['val', 87, 1138],
      ['test', 72, 945],
    ] as const) {
      const voc = await pascalVoc(data('bccd/BCCD'), { split, emptyBoxes: 'drop' })
      const same = await coco(data(`bccd/coco_derived/instances_${split}.json`), {
        images: data('bccd/BCCD/JPEGImages'),
        emptyBoxes: 'drop',
      })
      const total = (of: typeof same | typeof voc): number => of.samples.reduce((n, s) => n + s.fields.boxes!.shape[0]!, 0)
      expect([voc.length, total(voc) + voc.dropped.length, total(same) + same.dropped.length]).toEqual([images, count, count])
      expect([voc.classes, same.classes]).toEqual([
        ['Platelets', 'RBC', 'WBC'],
        ['RBC', 'WBC', 'Platelets'],
      ])
      const byName = new Map(same.samples.map(s => [s.file, s]))
      for (const { file, fields } of voc.samples) expect([...fields.boxes!.data]).toEqual([...byName.get(file)!.fields.boxes!.data])
      boxes += count
    }
    expect(boxes).toBe(4888)
    await expect(pascalVoc(data('bccd/BCCD'))).rejects.toThrow(
      /BloodImage_00338\.xml: object \d+ \(RBC\) has the box \[504, 337, 504, 337\] without area/,
    )
    const train = await pascalVoc(data('bccd/BCCD'), { split: 'train', emptyBoxes: 'drop', workers: 0 })
    for await (const batch of loader(train.take(3), { each: letterbox([96, 128]) })) {
      expect([batch.image.shape, batch.boxes.shape]).toEqual([
        [3, 3, 96, 128],
        [3, train.take(3).maxBoxes, 4],
      ])
      expect(Math.max(...batch.boxes.dataSync())).toBeLessThanOrEqual(128)
    }
  })
})

describe('masks', () => {
  const pixels = [0, 1, 2, 2, 11, 0, 1, 1, 1, 1, 0, 2]
  const colors = [
    [0, 0, 0],
    [128, 0, 0],
    [0, 128, 0],
  ] as const
  const forms: Record<string, () => Promise<Uint8Array> | Uint8Array> = {
    'grey values': () =>
      sharp(Uint8Array.from(pixels), { raw: { width: 4, height: 3, channels: 1 } })
        .png()
        .toBuffer(),
    'places in a palette': () =>
      palettePng(
        pixels,
        4,
        Array.from({ length: 12 }, (_, i) => [i * 20, 255 - i, 7]),
      ),
  }
  it.each(Object.entries(forms))('are read from %s', async (form, make) => {
    const name = form.replaceAll(' ', '-')
    await put(`${name}/images/1.png`, await solid([9, 9, 9], 4, 3).png().toBuffer())
    await put(`${name}/masks/1.png`, await make())
    const all = await segmentationFolder(join(root, name), { workers: 0, names: ['a', 'b', 'c'], ignore: 11 })
    const { mask } = await all.gather([0])
    expect([mask.shape, [...mask.data]]).toEqual([[1, 3, 4], pixels])
    expect(mask.data).toBeInstanceOf(Int32Array)
  })

  it('are read from colours, and from lists', async () => {
    const rgb = pixels.map(v => v % 3).flatMap(v => colors[v]!)
    await put('rgb/x/1.png', await solid([9, 9, 9], 4, 3).png().toBuffer())
    await put(
      'rgb/y/2.png',
      await sharp(Uint8Array.from(rgb), { raw: { width: 4, height: 3, channels: 3 } })
        .png()
        .toBuffer(),
    )
    await put('rgb/list.txt', 'x/1.png y/2.png\n\n')
    const all = await segmentationFolder(join(root, 'rgb'), { workers: 1, list: 'list.txt', colors })
    expect([...(await all.gather([0])).mask.data]).toEqual(pixels.map(v => v % 3))
  })

  it.skipIf(!shared)('CamVid has the counts and classes of its description (needs PORTOLAN_DATA/camvid)', async () => {
    const names = 'sky building pole road pavement tree sign fence car pedestrian bicyclist'.split(' ')
    for (const [list, n] of [
      ['train', 92],
      ['val', 26],
      ['test', 39],
    ] as const) {
      const all = await segmentationFolder(data('camvid'), { list: `${list}.txt`, names, ignore: 11, workers: 0 })
      expect(all.length).toBe(n)
      const { image, mask } = await all.gather([0, n - 1])
      expect([image.shape, mask.shape]).toEqual([
        [2, 3, 180, 240],
        [2, 180, 240],
      ])
      expect(new Set(mask.data).size).toBeGreaterThan(5)
    }
  })
})

describe('CSV', () => {
  it('reads quotes, commas and line breaks in cells, missing values, numbers and categories', () => {
    const table = parseCsv('\uFEFFname,size,kind\r\n"Smith, J.",1.5,b\r\n"two\nlines ""x""",?,a\r\n\r\n z ,-2e3,b\r\n', { missing: ['?'] })
    expect([table.names, table.length, table.column('name')]).toEqual([['name', 'size', 'kind'], 3, ['Smith, J.', 'two\nlines "x"', 'z']])
    expect(table.numbers(['size'])).toEqual({ data: Float32Array.of(1.5, NaN, -2000), shape: [3, 1] })
    expect(table.categories('kind')).toEqual({ field: { data: Int32Array.of(1, 0, 1), shape: [3] }, texts: ['a', 'b'] })
    expect([...table.categories('kind', ['b', 'a']).field.data]).toEqual([0, 1, 0])
    expect(() => table.column('colour')).toThrow(/there is no column 'colour', only name, size, kind/)
    expect(() => parseCsv('a', { delimiter: ', ' })).toThrow(/delimiter must be one character/)
    expect(parseCsv('1,2\n3,4', { header: false }).names).toEqual(['0', '1'])
    expect(parseCsv('__proto__,b\n1,2').column('__proto__')).toEqual(['1'])
  })
  it('reads TSV by its name', async () => {
    const table = await readCsv(await put('x.tsv', 'a\tb\n1,5\t"2"\n'))
    expect([table.names, table.column('a'), table.column('b')]).toEqual([['a', 'b'], ['1,5'], ['2']])
  })
  it.skipIf(!shared)('reads the tables of the shared data (needs PORTOLAN_DATA/tabular)', async () => {
    const iris = await readCsv(data('tabular/iris.csv'), { header: ['a', 'b', 'c', 'd', 'kind'] })
    expect([iris.length, iris.categories('kind').texts.length, iris.numbers(['a', 'b', 'c', 'd']).shape]).toEqual([150, 3, [150, 4]])
    const homes = await readCsv(data('tabular/california_housing.csv'))
    expect([homes.length, homes.numbers(['total_bedrooms']).data.filter(v => Number.isNaN(v)).length]).toEqual([20640, 207])
  })
})
