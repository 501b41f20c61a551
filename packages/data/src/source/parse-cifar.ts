import { FormatError } from '@portolan/core'
import { ArrayDataset } from './array-dataset.ts'

const PIXELS = 3 * 32 * 32

/** Options of `parseCifar`. */
export interface ParseCifarOptions {
  /** 10: a byte for the class before each picture; 100: two, the coarse and the fine class. */
  readonly classes: 10 | 100
  /** What to call the bytes in errors: a file's name. */
  readonly label?: string
}

/**
 * Reads CIFAR's binary format: for each picture its class, or for CIFAR-100 its coarse and its fine class, a byte each, then 1,024
 * bytes of red, of green and of blue. `image` uint8 `[n, 3, 32, 32]`, `label` and for CIFAR-100 `coarse` int32 `[n]`.
 *
 * A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009).
 *
 * @throws FormatError that names the label and the byte offset when the length is no multiple of a record's, or a class does not exist.
 *
 * @example
 * const test = parseCifar(await readFile('test_batch.bin'), { classes: 10, label: 'test_batch.bin' })
 */
export function parseCifar(
  bytes: Uint8Array,
  options: ParseCifarOptions & { readonly classes: 100 },
): ArrayDataset<'image' | 'label' | 'coarse'>
export function parseCifar(bytes: Uint8Array, options: ParseCifarOptions): ArrayDataset<'image' | 'label'>
export function parseCifar(bytes: Uint8Array, { classes, label = 'CIFAR data' }: ParseCifarOptions): ArrayDataset {
  const limits = classes === 10 ? [10] : [20, 100]
  const record = limits.length + PIXELS
  const n = Math.floor(bytes.length / record)
  if (!bytes.length || bytes.length % record)
    throw new FormatError(
      `${label}: a file of CIFAR-${classes} has records of ${record} bytes; this one ends within record ${n}, at byte ${bytes.length}${bytes[0] === 0x1f && bytes[1] === 0x8b ? '. It is gzip data, decompress it first' : ''}.`,
    )
  const image = new Uint8Array(n * PIXELS)
  const columns = limits.map(() => new Int32Array(n))
  for (let i = 0; i < n; i++) {
    limits.forEach((limit, k) => {
      const value = bytes[i * record + k]!
      if (value >= limit)
        throw new FormatError(`${label}: classes are 0 to ${limit - 1}, got ${value} in record ${i}, at byte ${i * record + k}.`)
      columns[k]![i] = value
    })
    image.set(bytes.subarray(i * record + limits.length, (i + 1) * record), i * PIXELS)
  }
  return new ArrayDataset<string>({
    image: { data: image, shape: [n, 3, 32, 32] },
    label: { data: columns.at(-1)!, shape: [n] },
    ...(columns.length > 1 && { coarse: { data: columns[0]!, shape: [n] } }),
  })
}
