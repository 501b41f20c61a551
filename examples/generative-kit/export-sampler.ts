import type { Module, Tensor } from '@portolan/core'
import { exportOnnx, verify } from '@portolan/export-onnx'
import { say } from '@portolan/example-vision-kit'

/** Options of `exportSampler`. */
export interface ExportSamplerOptions {
  /** How far file and model may be apart; default 1e-4. */
  readonly tolerance?: number
  /** How many kinds the model is told, an input of the file; default 0, none. */
  readonly kinds?: number
}

/** Exports what makes samples of noise and compares the file with it at two batch sizes. → how far they are apart at most */
export async function exportSampler(
  model: Module & { forward(noise: Tensor, kind?: Tensor): Tensor },
  file: string,
  noise: readonly number[],
  { tolerance = 1e-4, kinds = 0 }: ExportSamplerOptions = {},
): Promise<number> {
  const ports = { noise: ['n', ...noise], ...(kinds && { kind: { shape: ['n'], dtype: 'int32' } as const }) }
  await exportOnnx(model, ports, { file })
  const { maxAbsDiff } = await verify(model, file, ports, { sizes: [1, 3], tolerance, below: { kind: kinds } })
  say(`Exported ${file}; it differs from the model by at most ${maxAbsDiff.toExponential(1)}`)
  return maxAbsDiff
}
