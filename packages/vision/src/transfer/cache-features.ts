import {
  compile,
  concat,
  evaluating,
  PortolanError,
  tensor,
  Tensor,
  type Batches,
  type Engine,
  type HostTensor,
  type Module,
  type Shape,
  type TypedArray,
} from '@portolan/core'

/** Options of `cacheFeatures`. */
export interface CacheFeaturesOptions {
  /** What computes the features; without one they are computed op by op. */
  engine?: Engine
  /** Name of the pictures in a batch; default 'image'. */
  input?: string
}

/** Numbers of every sample, row by row. */
export interface CachedField {
  readonly data: TypedArray
  readonly shape: Shape
}

/**
 * Features of all of the data, computed once, in evaluation mode: a head on a frozen model then learns without running the model.
 * The other fields of the batches come along. What comes back is what `ArrayDataset` of @portolan/data takes.
 *
 * batches of { image: [n, 3, h, w], … } → { features: [all, …], … }
 * @throws PortolanError if there is no batch, or none of that name in one.
 * @example
 * const { features, label } = await cacheFeatures(new VGG(16, { includeTop: false }), loader(photos), { engine: onnx() })
 */
export async function cacheFeatures(
  backbone: Module & { forward(x: Tensor): Tensor },
  batches: Batches,
  { engine, input = 'image' }: CacheFeaturesOptions = {},
): Promise<Record<string, CachedField>> {
  const forward = compile((x: Tensor) => backbone.forward(x), { engine })
  const parts: Record<string, HostTensor[]> = {}
  const host = async (t: Tensor): Promise<HostTensor> => ({ dtype: t.dtype, shape: t.shape, data: await t.data() })
  try {
    for await (const batch of batches) {
      const { [input]: image, ...rest } = batch
      if (!image) throw new PortolanError(`cacheFeatures: the batch has no ${input}. It has: ${Object.keys(batch).join(', ')}`)
      const x = image instanceof Tensor ? image : tensor(image.data, image.shape, image.dtype)
      const features = await evaluating(backbone, () => forward(x))
      for (const [name, t] of Object.entries({ features, ...rest })) (parts[name] ??= []).push(t instanceof Tensor ? await host(t) : t)
    }
  } finally {
    await forward.dispose()
  }
  if (!parts['features']) throw new PortolanError('cacheFeatures: the data gave no batch')
  return Object.fromEntries(Object.entries(parts).map(([name, list]) => [name, joined(list)]))
}

function joined(parts: readonly HostTensor[]): CachedField {
  const all = concat(parts.map(p => tensor(p.data, p.shape, p.dtype)))
  return { data: all.dataSync(), shape: all.shape }
}
