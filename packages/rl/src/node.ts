export * from './index.ts'
export { saveAnimation, type AnimationOptions } from './draw/save-animation.ts'
