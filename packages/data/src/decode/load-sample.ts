import { readFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { FormatError, HostRng, type HostRngState } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'
import type { SampleTransform } from '../transform/sample-transform.ts'
import { decodeImage, type DecodeOptions } from './decode-image.ts'
import { decodeMask, type MaskOptions } from './decode-mask.ts'

/** What is needed to make a sample of files. */
export interface Job {
  readonly file: string
  /** Instead of reading the file. */
  readonly bytes?: Uint8Array
  /** A file with the class of each pixel. */
  readonly mask?: string
  /** Height and width as others say they are; the picture must agree. */
  readonly size?: readonly [height: number, width: number]
  /** Boxes and what belongs to them: all fields that move with the picture. */
  readonly fields: Fields
  readonly draws?: HostRngState
}

/** How all samples of a source are decoded. */
export interface SampleOptions extends DecodeOptions {
  readonly mask?: MaskOptions
}

/** A sample and how many random words it took. */
export interface Loaded {
  readonly sample: Fields
  readonly draw: number
}

/** Where pictures are decoded in threads of their own, waiting for the disk costs nothing and promises do. */
const read = async (file: string, sync: boolean): Promise<Uint8Array> => {
  try {
    return sync ? readFileSync(file) : await readFile(file)
  } catch (cause) {
    throw new FormatError(`${file}: it cannot be read (${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message}).`, { cause })
  }
}

/**
 * Reads, decodes and changes one sample.
 *
 * @throws FormatError that names the file when it cannot be read or decoded, or the picture is not as large as it should be.
 */
export async function loadSample(job: Job, options: SampleOptions, each: SampleTransform | undefined, sync: boolean): Promise<Loaded> {
  const { file, fields, size, draws } = job
  const image = await decodeImage(file, job.bytes ?? (await read(file, sync)), options)
  const { height, width } = image
  if (size && (size[0] !== height || size[1] !== width))
    throw new FormatError(`${file}: the picture has ${width} × ${height} pixels, its annotations are for ${size[1]} × ${size[0]}.`)
  const mask =
    job.mask === undefined
      ? undefined
      : await decodeMask(job.mask, await read(job.mask, sync), {
          ...options.mask,
          ...(options.maxPixels && { maxPixels: options.maxPixels }),
        })
  if (mask && (mask.height !== height || mask.width !== width))
    throw new FormatError(`${job.mask}: the mask has ${mask.width} × ${mask.height} pixels, its picture ${file} ${width} × ${height}.`)
  const sample: Fields = { image, ...fields, ...(mask && { mask }) }
  if (!each || !draws) return { sample, draw: draws?.draw ?? 0 }
  const rng = new HostRng(draws.seed, draws.stream, draws.draw)
  return { sample: each(sample, rng), draw: rng.state().draw }
}
