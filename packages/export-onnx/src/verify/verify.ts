import { evaluating, HostRng, PortolanError, ready, tensor, type DType, type Tensor } from '@portolan/core'
import { leaves, size } from '@portolan/core/engine'
import { answer, outputNames, portOf, type Exportable, type Ports, type Wrapping } from '../export/export.ts'
import { OnnxModel, type OnnxModelOptions } from '../runtime/onnx-model.ts'

/** Options of `verify`. */
export interface VerifyOptions extends Wrapping, OnnxModelOptions {
  /** Sizes of the open dimension that are tried; default [1, 7, 256]. */
  sizes?: readonly number[]
  /** Largest difference allowed, relative to max(1, |value|); default 1e-5. */
  tolerance?: number
  /** Integer inputs are drawn from 0 … below − 1; default 256 for uint8, 2 for the others. */
  below?: Readonly<Record<string, number>>
  /** Of the random inputs; default 0. */
  seed?: number
}

/** How far a file and its model are apart. */
export interface Verification {
  /** Largest absolute difference of any output. */
  maxAbsDiff: number
  /** Largest difference relative to max(1, |value|). */
  maxRelDiff: number
  /** The same for each size tried. */
  sizes: { size: number; maxAbsDiff: number; maxRelDiff: number }[]
}

/**
 * Compares a file with the model that it was made of, on random inputs of several sizes.
 * @throws PortolanError if an output differs by more than the tolerance, with the output and the numbers.
 * @example
 * await verify(model, 'mnist.onnx', { x: ['n', 1, 28, 28] })
 */
export async function verify(
  model: Exportable,
  file: string | Uint8Array,
  inputs: Ports,
  { sizes = [1, 7, 256], tolerance = 1e-5, below = {}, seed = 0, preprocess, postprocess, ...options }: VerifyOptions = {},
): Promise<Verification> {
  await ready()
  const onnx = await OnnxModel.load(file, options)
  const rng = new HostRng(seed)
  const open = Object.values(inputs).some(p => portOf(p).shape.some(d => typeof d === 'string'))
  const result: Verification = { maxAbsDiff: 0, maxRelDiff: 0, sizes: [] }
  try {
    for (const n of open ? sizes : [1]) {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, port]) => {
          const { shape, dtype } = portOf(port)
          return [
            name,
            random(
              rng,
              shape.map(d => (typeof d === 'string' ? n : d)),
              dtype,
              below[name],
            ),
          ]
        }),
      )
      const expected = await evaluating(model, () =>
        answer(model, { ...(preprocess && { preprocess }), ...(postprocess && { postprocess }) })(...Object.values(feeds)),
      )
      const names = outputNames(expected)
      const got = await onnx.predict(feeds)
      let [abs, rel] = [0, 0]
      for (const [i, t] of leaves(expected).entries()) {
        const [a, b] = [await t.data(), await got[names[i]!]!.data()]
        if (a.length !== b.length)
          throw new PortolanError(
            `verify: the output ${names[i]} is [${t.shape}] in the model, [${got[names[i]!]!.shape}] in the file, at size ${n}`,
          )
        a.forEach((v, k) => {
          const d = Object.is(v, b[k]) ? 0 : Math.abs(v - b[k]!)
          if (!(d / Math.max(1, Math.abs(v)) <= tolerance))
            throw new PortolanError(
              `verify: the output ${names[i]} differs at ${k} by more than ${tolerance}: ${v} in the model, ${b[k]} in the file, at size ${n}. Export the model again, as it is now.`,
            )
          abs = Math.max(abs, d)
          rel = Math.max(rel, d / Math.max(1, Math.abs(v)))
        })
      }
      result.sizes.push({ size: n, maxAbsDiff: abs, maxRelDiff: rel })
      result.maxAbsDiff = Math.max(result.maxAbsDiff, abs)
      result.maxRelDiff = Math.max(result.maxRelDiff, rel)
    }
    return result
  } finally {
    await onnx.dispose()
  }
}

function random(rng: HostRng, shape: readonly number[], dtype: DType, below = dtype === 'uint8' ? 256 : 2): Tensor {
  const n = size(shape)
  if (dtype === 'float32')
    return tensor(
      Float32Array.from({ length: n }, () => rng.normal()),
      shape,
    )
  const pick = () => rng.integer(dtype === 'bool' ? 2 : below)
  return tensor(dtype === 'int32' ? Int32Array.from({ length: n }, pick) : Uint8Array.from({ length: n }, pick), shape, dtype)
}
