/**
 * What pages read: pictures from canvases, image elements, files and addresses; bytes from files and addresses.
 * @packageDocumentation
 */
export * from './index.ts'
export { readImage, type PictureSource } from './browser/read-image.ts'
export { readBytes, type BytesSource, type ReadBytesOptions } from './browser/read-bytes.ts'
export type { Picture, ReadImageOptions } from './source/image-file.ts'
