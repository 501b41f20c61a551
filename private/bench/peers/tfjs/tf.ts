// TensorFlow.js, without the banner that importing prints.
console.warn = console.info = () => {}
export const tf = await import('@tensorflow/tfjs')
export const wasm = await import('@tensorflow/tfjs-backend-wasm')

export type T = import('@tensorflow/tfjs').Tensor
export type T4 = import('@tensorflow/tfjs').Tensor4D
export type V = import('@tensorflow/tfjs').Variable
