import { compile, Embedding, tensor, TraceError, type Tensor, ready } from '@portolan/core'
import { noise } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { everywhere } from './everywhere.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

const engine = engines.auto

describe('errors name the line of the user', () => {
  const here = /design-errors\.test\.ts:\d+/
  it('a shape, eagerly and while tracing', async () => {
    expect(() => noise([2, 3]).matmul(noise([2, 3]))).toThrow(/matmul: inner axes must agree, got 3 and 2/)
    expect(() => noise([2, 3]).matmul(noise([2, 3]))).toThrow(here)
    await expect(compile((x: Tensor) => x.matmul(x), { engine })(noise([2, 3]))).rejects.toThrow(here)
  })
  it('a value in a trace', async () => {
    const f = compile((x: Tensor) => (x.itemSync() > 0 ? x : x.neg()), { engine })
    await expect(f(tensor(1))).rejects.toThrow(TraceError)
    await expect(f(tensor(1))).rejects.toThrow(here)
  })
  it.each(Object.entries({ eager: undefined, ...engines }))('an index outside: %s', async (_, engine) => {
    const table = new Embedding(3, 2)
    const look = compile((i: Tensor) => table.forward(i), { engine })
    await expect(look(tensor([7], [1], 'int32'))).rejects.toThrow(/gather: index 7 is outside 0 … 2|index 7 is outside 0 … 2/)
    await expect(look(tensor([-1], [1], 'int32'))).rejects.toThrow(/index -1 is outside/)
    const classes = compile((i: Tensor) => i.oneHot(3), { engine })
    await expect(classes(tensor([3], [1], 'int32'))).rejects.toThrow(/index 3 is outside/)
  })
  it('two parts of one input may be indices into tables of different lengths', async () => {
    const [small, large] = [noise([3, 2]), noise([9, 2])]
    const f = (i: Tensor) => small.gather(i.slice(1, 0, 1)).add(large.gather(i.slice(1, 1, 2)))
    expect(
      await everywhere(
        f,
        tensor(
          [
            [0, 8],
            [2, 3],
          ],
          [2, 2],
          'int32',
        ),
      ),
    ).toHaveLength(4)
  })
  it('an async step', async () => {
    for (const engine of [undefined, engines.auto])
      await expect(compile(async (x: Tensor) => x, { engine })(tensor(1))).rejects.toThrow(/ordinary function/)
  })
  it('a compiled step in a step', async () => {
    const inner = compile((x: Tensor) => x.add(1), { engine })
    await expect(
      compile(
        (x: Tensor) => {
          void inner(x)
          return x
        },
        { engine },
      )(tensor(1)),
    ).rejects.toThrow(/inside another step/)
  })
  it('a tensor that outlives its step', async () => {
    let leaked!: Tensor
    await compile((x: Tensor) => (leaked = x.add(1)), { engine })(tensor(1))
    expect(() => leaked.itemSync()).toThrow(TraceError)
    await expect(compile((x: Tensor) => x.add(leaked), { engine })(tensor(1))).rejects.toThrow(/another trace/)
  })
})
