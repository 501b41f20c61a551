export { onnx, type CompileInfo, type OnnxOptions } from './engine/onnx.ts'
export {
  exportOnnx,
  type Exportable,
  type ExportOptions,
  type Outputs,
  type Port,
  type Ports,
  type PortShape,
  type Wrapping,
} from './export/export.ts'
export { verify, type Verification, type VerifyOptions } from './verify/verify.ts'
export { OnnxModel, type OnnxModelOptions, type OnnxPort } from './runtime/onnx-model.ts'
export type { MissingProvider, Provider } from './engine/provider.ts'
export type { Fallback } from './engine/fallbacks.ts'
