import { onnx } from '@portolan/export-onnx'

/** What must agree with eager mode: every op in standard ONNX, and with what onnxruntime's CPU provider has of its own. */
export const engines = { portable: onnx({ threads: 1, lowering: 'portable' }), auto: onnx({ threads: 1 }) }
