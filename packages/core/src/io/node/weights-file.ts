import { PortolanError } from '../../errors.ts'
import { load, weights, type LoadOptions } from '../../nn/state.ts'
import { HostStorage } from '../../tensor/storage.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { readSafetensors, writeSafetensors } from './safetensors-file.ts'

/**
 * Writes a model's parameters and buffers to a `.safetensors` file, under PyTorch's names, in one step.
 * @example
 * await saveWeights(model, 'mnist.safetensors')
 */
export async function saveWeights(model: unknown, file: string, metadata?: Readonly<Record<string, string>>): Promise<void> {
  const entries = await Promise.all(
    Object.entries(weights(model)).map(async ([path, t]) => [path, { dtype: t.dtype, shape: t.shape, data: await t.data() }] as const),
  )
  await writeSafetensors(file, Object.fromEntries(entries), metadata)
}

/**
 * Puts the weights of a `.safetensors` file into a model, strictly. Nothing changes unless everything fits.
 * @throws FormatError if the file is damaged; PortolanError that lists what is missing, unexpected or misshapen.
 * @example
 * await loadWeights(model, 'resnet18.safetensors')
 */
export async function loadWeights<M>(model: M, file: string, options?: LoadOptions): Promise<M> {
  const { tensors } = await readSafetensors(file)
  try {
    return load(
      model,
      Object.fromEntries(Object.entries(tensors).map(([path, t]) => [path, new Tensor(t, new HostStorage(t.data))])),
      options,
    )
  } catch (error) {
    if (error instanceof PortolanError) error.message = `${file}: ${error.message}`
    throw error
  }
}
