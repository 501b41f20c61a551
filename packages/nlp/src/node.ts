export * from './index.ts'
export { readTokenizer, saveTokenizer } from './tokenize/node/tokenizer-file.ts'
