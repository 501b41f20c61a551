/**
 * What pages read: pictures from canvases, image elements, files and addresses; bytes from files and addresses.
 * @packageDocumentation
 */
export * from './index.ts'
export { readPicture, type PictureSource } from './browser/read-picture.ts'
export { readBytes, type BytesSource, type ReadBytesOptions } from './browser/read-bytes.ts'
export type { Picture, ReadImageOptions } from './source/image-file.ts'
