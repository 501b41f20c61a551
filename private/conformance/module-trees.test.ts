import {
  Buffer,
  HostRng,
  load,
  merge,
  Param,
  PortolanError,
  ready,
  seed,
  split,
  tensor,
  variables,
  weights,
  type Layer,
  type State,
} from '@portolan/core'
import { decodeSafetensors, encodeSafetensors } from '@portolan/core'
import { exportOnnx, OnnxModel } from '@portolan/export-onnx'
import { noise } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { moduleTree, width } from './module-trees.ts'

beforeAll(ready)

/** The nth tree; with other numbers in it for another seed of these. */
function tree(n: number, numbers = 1): Layer {
  seed(numbers)
  return moduleTree(new HostRng(5, n), n % 4)
}
/** Bits, so that NaN and -0 count. */
const bits = (state: State): Record<string, [string, string, string]> =>
  Object.fromEntries(
    Object.entries(state).map(([path, t]) => {
      const { buffer, byteOffset, byteLength } = t.dataSync()
      return [path, [t.dtype, String(t.shape), Buffer_.from(buffer, byteOffset, byteLength).toString('hex')]]
    }),
  )
const Buffer_ = globalThis.Buffer // Node's, not ours
const encode = (state: State): Uint8Array =>
  encodeSafetensors(
    Object.fromEntries(Object.entries(state).map(([path, t]) => [path, { dtype: t.dtype, shape: t.shape, data: t.dataSync() }])),
  )
const decode = (bytes: Uint8Array): State =>
  Object.fromEntries(Object.entries(decodeSafetensors(bytes).tensors).map(([path, t]) => [path, tensor(t.data, t.shape, t.dtype)]))
/** Other numbers wherever there are some. */
function disturb(model: Layer): void {
  for (const v of variables(model).values()) v.value = v.value.dtype === 'float32' ? v.value.add(1) : v.value.zerosLike()
}
const parts = (model: Layer): number => variables(model).size
const trees = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

describe('any tree of modules comes back bit by bit', () => {
  it('is about trees that differ', () => {
    const sizes = trees(100).map(n => parts(tree(n)))
    expect([Math.min(...sizes), Math.max(...sizes) > 40, new Set(sizes).size > 15]).toEqual([0, true, true])
  })

  it.each([
    [{ fooBar: new Param(tensor(1)), foo_bar: new Param(tensor(2)) }, 'foo_bar'],
    [{ 'a.b': new Param(tensor(1)), a: { b: new Param(tensor(2)) } }, 'a.b'],
  ])('or is refused, because a name would stand for two', (root, name) => {
    expect(() => variables(root)).toThrow(
      new PortolanError(`variables: ${name} must name one variable, got two. Rename one of the fields, such as fooBar beside foo_bar.`),
    )
  })

  it.each(trees(100))('tree %i, from split and merge, however it is parted', n => {
    const model = tree(n)
    const before = bits(Object.assign({}, ...split(model)) as State)
    const rng = new HostRng(6, n)
    for (const filters of [[Param], [Buffer, Param], [/bias|0/, Param], [() => rng.integer(2) === 1, () => rng.integer(2) === 1]]) {
      const states = split(model, ...filters)
      expect(states.flatMap(Object.keys).toSorted()).toEqual(Object.keys(before).toSorted())
      disturb(model)
      merge(model, ...states)
      expect(bits(Object.assign({}, ...split(model)) as State)).toEqual(before)
    }
  })

  it.each(trees(100))('tree %i, from a safetensors file', n => {
    const model = tree(n)
    const bytes = encode(weights(model))
    const other = tree(n, 2)
    load(other, decode(bytes))
    expect(bits(weights(other))).toEqual(bits(weights(model)))
    expect(encode(decode(bytes))).toEqual(bytes)
    const x = noise([3, width])
    model.eval()
    other.eval()
    expect(bits({ y: other.forward(x) })).toEqual(bits({ y: model.forward(x) }))
  })

  it.each(trees(40))('tree %i, as an ONNX file that answers the same', async n => {
    const model = tree(n)
    const file = await exportOnnx(model, { x: ['n', width] })
    const onnx = await OnnxModel.load(file)
    model.eval()
    for (const size of [1, 3]) {
      const x = noise([size, width])
      const { output } = await onnx.predict({ x })
      const expected = model.forward(x)
      expect(output!.shape).toEqual(expected.shape)
      const apart = Math.max(...expected.dataSync().map((v, i) => Math.abs(v - output!.dataSync()[i]!)))
      expect(apart).toBeLessThan(1e-5)
    }
    await onnx.dispose()
  })
})
