export * from './index.ts'
export { saveGif, type SaveGifOptions } from './draw/node/save-gif.ts'
