export * from './index.ts'
export { loadPretrained, type Pretrained, type PretrainedOptions } from './transfer/node/load-pretrained.ts'
