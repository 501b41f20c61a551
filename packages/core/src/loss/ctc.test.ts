import { beforeAll, describe, expect, it } from 'vitest'
import { ctc, grad, HostRng, RangeError, ready, tensor, type Tensor } from '../index.ts'
import { expectClose } from '../testing/golden.ts'

beforeAll(async () => expect(await ready()).toBe('wasm'))

/** The probability of labels by its definition: every sequence of classes that becomes them once repetitions and blanks are left out. */
function byEnumeration(p: readonly number[][], labels: readonly number[], blank: number): number {
  const classes = p[0]?.length ?? 0
  let sum = 0
  for (let code = 0; code < classes ** p.length; code++) {
    const path = p.map((_, t) => Math.floor(code / classes ** t) % classes)
    const read = path.filter((c, t) => c !== blank && c !== path[t - 1])
    if (String(read) === String(labels)) sum += path.reduce((q, c, t) => q * p[t]![c]!, 1)
  }
  return sum
}

const rng = new HostRng(3)
const logits = (t: number, n: number, c: number): Tensor =>
  tensor(
    Float32Array.from({ length: t * n * c }, () => rng.normal()),
    [t, n, c],
  )
const int = (data: number[], shape: number[] = [data.length]): Tensor => tensor(data, shape, 'int32')

describe('ctc', () => {
  it.each([
    [
      5,
      3,
      [
        [1, 2],
        [2, 2],
        [1, 1],
        [1, 0],
      ],
      [5, 5, 3, 4],
      [2, 2, 2, 1],
      0,
    ],
    [
      4,
      4,
      [
        [0, 3, 1],
        [3, 3, 0],
        [1, 0, 1],
      ],
      [4, 4, 3],
      [3, 2, 3],
      2,
    ],
    [3, 2, [[1], [1], [1]], [3, 0, 2], [0, 0, 1], 0],
  ] as const)('is the probability of all ways to write the labels: %j', (t, c, labels, inputs, lengths, blank) => {
    const n = labels.length
    const x = logits(t, n, c).logSoftmax()
    const p = Array.from(x.exp().dataSync())
    const found = ctc(x, int(labels.flat(), [n, labels[0].length]), {
      inputLengths: int([...inputs]),
      labelLengths: int([...lengths]),
      blank,
      reduction: 'none',
    }).dataSync()
    const expected = labels.map((label, i) => {
      const steps = Array.from({ length: inputs[i]! }, (_, s) => Array.from({ length: c }, (_, k) => p[(s * n + i) * c + k]!))
      return -Math.log(byEnumeration(steps, label.slice(0, lengths[i]), blank))
    })
    expectClose(found, expected)
  })

  it('has the gradient of the differences, for probabilities that do not add up to 1, too', () => {
    const x = logits(4, 2, 3)
    const labels = int([1, 2, 1, 1], [2, 2])
    const f = (v: Tensor): Tensor => ctc(v, labels, { reduction: 'sum', labelLengths: int([2, 1]) })
    const data = [...x.dataSync()]
    const at = (i: number, d: number): number => f(tensor(data.with(i, data[i]! + d), x.shape)).itemSync()
    const e = 2 ** -5
    const numeric = data.map((_, i) => (8 * (at(i, e) - at(i, -e)) - (at(i, 2 * e) - at(i, -2 * e))) / (12 * e))
    expectClose(grad(f)(x)[0]!.dataSync(), numeric, 5e-4)
  })

  it('is infinite with gradient 0 where labels cannot fit, or 0 if so asked', () => {
    const x = logits(2, 2, 3)
    const labels = int([1, 1, 1, 2], [2, 2])
    const f = (zeroInfinity: boolean) => (v: Tensor) => ctc(v.logSoftmax(), labels, { reduction: 'none', zeroInfinity })
    const [impossible, possible] = f(false)(x).dataSync()
    expect([impossible, f(true)(x).dataSync()[0]]).toEqual([Infinity, 0])
    expect(f(true)(x).dataSync()[1]).toBe(possible)
    for (const zero of [false, true]) {
      const g = grad(v => f(zero)(v).slice(0, 0, 1).sum())(x)[0]!
      expect([...g.dataSync()].every(v => v === 0)).toBe(true)
    }
  })

  it('bears a class that is ruled out', () => {
    const x = tensor([0, -Infinity, Math.log(0.5), Math.log(0.25), Math.log(0.25), Math.log(0.5)], [2, 1, 3])
    expectClose([ctc(x, int([2], [1, 1])).itemSync()], [-Math.log(0.5 * 0.5 + 0.5 * 0.25 + 1 * 0.5)])
    expect(ctc(x.slice(0, 0, 1), int([1], [1, 1])).itemSync()).toBe(Infinity)
    expect([...grad(v => ctc(v, int([2], [1, 1])))(x)[0]!.dataSync()].every(Number.isFinite)).toBe(true)
  })

  it('bears steps in which nothing can be', () => {
    const x = tensor(
      Float32Array.from({ length: 12 }, (_, i) => (i < 6 ? -Infinity : -1)),
      [4, 1, 3],
    )
    const f = (v: Tensor): Tensor => ctc(v, int([1, 2], [1, 2]))
    expect(f(x).itemSync()).toBe(Infinity)
    expect([...grad(f)(x)[0]!.dataSync()]).toEqual(Array(12).fill(0))
  })

  it('refuses labels and lengths that are outside', () => {
    const x = logits(3, 1, 3).logSoftmax()
    expect(() => ctc(x, int([3], [1, 1]))).toThrow(RangeError)
    expect(() => ctc(x, int([-1], [1, 1]))).toThrow(RangeError)
    expect(() => ctc(x, int([1], [1, 1]), { inputLengths: int([4]) })).toThrow(RangeError)
    expect(() => ctc(x, int([1], [1, 1]), { labelLengths: int([2]) })).toThrow(RangeError)
  })
})
