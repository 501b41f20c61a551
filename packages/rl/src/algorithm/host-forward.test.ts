import { GELU, HostRng, Linear, Sequential, ShapeError, tensor, type Layer, type Tensor } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { DQN } from './dqn.ts'
import { hostForward } from './host-forward.ts'
import { Dueling, perceptron, tanhPerceptron } from './perceptron.ts'
import { cartPole } from '../env/cart-pole.ts'

const rng = new HostRng(3)
const rows = (n: number) => Float32Array.from({ length: n * 4 }, () => rng.normal())

/** Does the same, but nobody can know. */
class Derived extends Sequential {
  override forward(x: Tensor): Tensor {
    return super.forward(x)
  }
}

describe('hostForward', () => {
  const nets: Record<string, () => Layer> = {
    relu: () => perceptron([4, 13, 6, 3]),
    tanh: () => tanhPerceptron([4, 8, 5], 1),
    dueling: () => new Dueling(perceptron([4, 9]), perceptron([9, 7, 1]), perceptron([9, 7, 3])),
    'no bias': () => new Linear(4, 5, { bias: false }),
  }
  it.each(Object.entries(nets))('gives what the layer gives, row by row: %s', async (_, make) => {
    const net = make()
    const forward = hostForward(net)!
    for (const n of [1, 3]) {
      const x = rows(n)
      const given = x.slice()
      const wanted = net.forward(tensor(x, [n, 4])).dataSync()
      const found = await forward(x)
      expect(found).toHaveLength(wanted.length)
      found.forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 5))
      expect(x).toEqual(given)
    }
  })
  it('follows its parameters', async () => {
    const net = new Linear(2, 1)
    const forward = hostForward(net)!
    await forward(Float32Array.of(1, 1))
    net.weight.value = tensor([[2, 3]])
    net.bias!.value = tensor([0.5])
    expect(Array.from(await forward(Float32Array.of(1, 10, 2, 0)))).toEqual([32.5, 4.5])
    net.bias!.value = tensor([1.5])
    expect(Array.from(await forward(Float32Array.of(1, 10)))).toEqual([33.5])
  })
  it('leaves alone what is large, or what it does not know', () => {
    expect(hostForward(perceptron([4, 256, 256, 2]))).toBeUndefined()
    expect(hostForward(new Sequential([new Linear(4, 4), new GELU()]))).toBeUndefined()
    expect(hostForward(new Derived([new Linear(4, 4)]))).toBeUndefined()
  })
  it('refuses half a row', async () =>
    expect(hostForward(perceptron([4, 2]))!(new Float32Array(6))).rejects.toThrow(
      new ShapeError('act: observations must be rows of 4 numbers, got 6 numbers.'),
    ))
  it('acts as a program does', async () => {
    const agents = [(n: Sequential) => n, (n: Sequential) => new Derived(Object.values(n) as Layer[])].map(
      as => new DQN({ env: cartPole(), seed: 2, network: () => as(perceptron([4, 24, 2])) }),
    )
    const x = rows(200).map(v => 10 * v) // far from where biases decide
    const [quick, program] = await Promise.all(agents.map(a => a.act(x)))
    expect(quick).toEqual(program)
    expect(new Set(quick)).toEqual(new Set([0, 1]))
  })
})
