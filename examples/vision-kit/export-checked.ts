import type { Module, Tensor } from '@portolan/core'
import { exportOnnx, verify } from '@portolan/export-onnx'
import { say } from './report.ts'

/** Exports a model of pictures and compares the file with it at two batch sizes. → how far they are apart at most */
export async function exportChecked(
  model: Module & { forward(x: Tensor): Tensor | Readonly<Record<string, Tensor>> },
  file: string,
  input: readonly [channels: number, height: number, width: number],
  wrapping: { postprocess?: (scores: Tensor) => Tensor } = {},
): Promise<number> {
  const ports = { image: ['n', ...input] }
  await exportOnnx(model, ports, { file, ...wrapping })
  const { maxAbsDiff } = await verify(model, file, ports, { ...wrapping, sizes: [1, 3], tolerance: 1e-4 })
  say(`Exported ${file}; it differs from the model by at most ${maxAbsDiff.toExponential(1)}`)
  return maxAbsDiff
}
