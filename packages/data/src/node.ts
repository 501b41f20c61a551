export * from './index.ts'
export { mnist, type MnistOptions } from './source/mnist.ts'
export { readImage, writeImage, type Picture, type ReadImageOptions } from './source/image-file.ts'
