import { describe, expect, it } from 'vitest'
import { checkpoint, compile, customVjp, grad, scan, stopGradient, straightThrough, tensor, type Tensor } from '../index.ts'

/** y = x, with a gradient of 5 where 1 would be right: it shows whether the rule is used. */
const fiveTimes = customVjp(x => ({ y: x!.mul(1), vjp: g => [g.mul(5)] }))
/** The rule keeps a number of the forward pass: y = x², gradient 3·x·g. */
const keeping = customVjp(x => ({ y: x!.square(), vjp: g => [g.mul(x!).mul(3)] }))

const at = tensor(2)
const derivative = async (f: (x: Tensor) => Tensor) => await grad(f)(at)[0]!.item()
const over = (f: (x: Tensor) => Tensor) => (x: Tensor) =>
  scan((sum: Tensor, w: Tensor) => [sum.add(f(x).mul(w)), []], tensor(0), tensor([1, 2]))[0]

describe('a gradient of your own, and none, hold', () => {
  const wrappers: Record<string, (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor> = {
    plainly: f => f,
    'in a checkpoint': f => x => checkpoint(() => f(x)),
  }
  for (const [where, wrap] of Object.entries(wrappers)) {
    it(where, async () => {
      expect(await derivative(wrap(fiveTimes))).toBe(5)
      expect(await derivative(wrap(keeping))).toBe(6)
      expect(await derivative(wrap(x => x.mul(stopGradient(x))))).toBe(2)
      expect(await derivative(wrap(x => straightThrough(x.round(), x).mul(3)))).toBe(3)
    })
  }

  it('in a loop, from outside and carried', async () => {
    expect(await derivative(over(fiveTimes))).toBe(15)
    expect(await derivative(over(keeping))).toBe(18)
    expect(await derivative(over(x => x.mul(stopGradient(x))))).toBe(6)
    const carried = (f: (x: Tensor) => Tensor) => (x: Tensor) => scan((c: Tensor, w: Tensor) => [f(c).mul(w), []], x, tensor([1, 1]))[0]
    expect(await derivative(carried(fiveTimes))).toBe(25)
    expect(await derivative(carried(keeping))).toBe(3 * 4 * (3 * 2)) // 3c·(dc/dx) with c = x² = 4, dc/dx = 3x = 6
  })

  it('in a compiled loop, and differentiated twice', async () => {
    const step = compile((x: Tensor) => grad(over(keeping))(x)[0]!)
    expect(await (await step(at)).item()).toBe(18)
    expect(await derivative(x => grad(keeping)(x)[0]!)).toBe(3) // d(3x)/dx
    expect(await derivative(x => grad(over(keeping))(x)[0]!)).toBe(9)
  })
})
