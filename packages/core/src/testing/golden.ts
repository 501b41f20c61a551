import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { grad } from '../autodiff/grad.ts'
import type { DType } from '../tensor/spec.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { close } from './close.ts'

/** Numbers as the files of private/golden hold them; what is not finite is a word. */
export interface GoldenTensor {
  readonly shape: number[]
  readonly dtype: DType
  readonly data: (number | string)[]
}

export interface GoldenCase {
  readonly name: string
  readonly op: string
  readonly attrs: Readonly<Record<string, unknown>>
  readonly inputs: readonly (GoldenTensor | null)[]
  readonly outputs: readonly GoldenTensor[]
  /** What each output is multiplied by before the sum whose gradients `grads` are. */
  readonly weights: readonly (GoldenTensor | null)[]
  readonly grads: readonly (GoldenTensor | null)[]
}

/** The content of private/golden/NAME.json. */
export const readGolden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../private/golden/${name}.json`, import.meta.url), 'utf8'))

const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array, bool: Uint8Array }
export const goldenTensor = ({ shape, dtype, data }: GoldenTensor): Tensor => tensor(arrays[dtype].from(data.map(Number)), shape, dtype)

/** `close`, to numbers of a file. */
export const expectClose = (actual: ArrayLike<number>, expected: readonly (number | string)[], tolerance = 1e-5, what = ''): void =>
  close(actual, expected.map(Number), tolerance, what)

/** A function gives the one output of a case, and its gradients. It is handed the case's inputs, undefined for one left out. */
export function expectGolden(c: GoldenCase, f: (...x: (Tensor | undefined)[]) => Tensor): void {
  const x = c.inputs.map(t => (t ? goldenTensor(t) : undefined))
  const wanted = c.grads.flatMap((t, i) => (t ? [i] : []))
  const y = f(...x)
  expect(y.shape, c.name).toEqual(c.outputs[0]!.shape)
  expectClose(y.dataSync(), c.outputs[0]!.data, 1e-5, c.name)
  if (!wanted.length) return
  const weight = goldenTensor(c.weights[0]!)
  const grads = grad((...v) =>
    f(...x.map((t, i) => (wanted.includes(i) ? v[wanted.indexOf(i)]! : t)))
      .mul(weight)
      .sum(),
  )(...wanted.map(i => x[i]!))
  wanted.forEach((i, k) => expectClose(grads[k]!.dataSync(), c.grads[i]!.data, 1e-5, `${c.name}, gradient of input ${i}:`))
}
