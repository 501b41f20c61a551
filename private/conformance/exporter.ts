import { exportOnnx, OnnxModel } from '@portolan/export-onnx'
import type { Exporter } from '@portolan/test-kit'

/** Through an .onnx file with the batch left open. */
export const exporter: Exporter = async (model, inputs) => {
  const ports = Object.fromEntries(inputs.map((t, i) => [`x${i}`, { shape: ['n', ...t.shape.slice(1)], dtype: t.dtype }]))
  const file = await OnnxModel.load(await exportOnnx(model, ports), { threads: 1 })
  return async given => Object.values(await file.predict(Object.fromEntries(given.map((t, i) => [`x${i}`, t]))))
}
