import { imageGrid, type ImageGridOptions, type Picture } from '@portolan/core/draw'
import { savePicture } from '@portolan/core/node'

/** Writes pictures in rows to a PNG. */
export const gallery = async (file: string, pictures: readonly Picture[], options: ImageGridOptions = {}): Promise<void> =>
  savePicture(file, await imageGrid(pictures, options), { scale: 1 })
