/** Where onnxruntime computes: 'cpu', 'cuda', 'coreml' and 'dml' in Node, 'wasm' and 'webnn' in browsers, 'webgpu' in both. */
export type Provider = 'cpu' | 'wasm' | 'webgpu' | 'webnn' | 'cuda' | 'coreml' | 'dml'

/** A provider that could not be had, and why. */
export interface MissingProvider {
  readonly provider: Provider
  readonly reason: string
}

/** Whether a provider computes on the processor. */
export const onProcessor = (provider: Provider): boolean => provider === 'cpu' || provider === 'wasm'

/** The first line of whatever was thrown. */
export const reasonOf = (e: unknown): string => (e instanceof Error ? e.message : String(e)).split('\n')[0]!
