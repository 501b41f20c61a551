import type { Module, Tensor } from '@portolan/core'
import { exportOnnx, verify } from '@portolan/export-onnx'
import { say } from '@portolan/example-vision-kit'

/** Exports what makes samples of noise and compares the file with it at two batch sizes. → how far they are apart at most */
export async function exportSampler(
  model: Module & { forward(z: Tensor): Tensor },
  file: string,
  noise: readonly number[],
  tolerance = 1e-4,
): Promise<number> {
  const ports = { noise: ['n', ...noise] }
  await exportOnnx(model, ports, { file })
  const { maxAbsDiff } = await verify(model, file, ports, { sizes: [1, 3], tolerance })
  say(`Exported ${file}; it differs from the model by at most ${maxAbsDiff.toExponential(1)}`)
  return maxAbsDiff
}
