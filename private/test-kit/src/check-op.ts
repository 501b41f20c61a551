import { grad, tensor, type Tensor } from '@portolan/core'
import { checkSame, list, type Engines, type Fn } from './check-same.ts'
import { close } from '../../../packages/core/src/testing/close.ts'
import { noise } from './numbers.ts'

export interface CheckOpOptions {
  engines: Engines
  /** Whether the gradient has a gradient to check; default true. */
  second?: boolean
  /** How far an input is moved, twice this at most; no tie or kink may be nearer. Default 2⁻⁶. */
  eps?: number
  /** Of a gradient against differences, relative to max(1, |value|); default 5e-4. */
  tolerance?: number
}

const isFloat = (t: Tensor): boolean => t.dtype === 'float32'

/**
 * One op, or a function of a few, on one set of inputs: forward, gradient and the gradient of the gradient in eager mode
 * agree with every engine to 1e-5, and each gradient with differences of what it is the gradient of.
 *
 * The differences are (8·(f(x + ε) − f(x − ε)) − (f(x + 2ε) − f(x − 2ε))) / 12ε, whose error is ε⁴/30·f⁽⁵⁾ = 3e-8·f⁽⁵⁾,
 * so that the rounding of float32, 6e-8·|f| / ε = 2e-6·|f| for each output, may be kept small by a large ε; sums over
 * outputs are taken in float64. What remains of both stays well below 5e-4, and a wrong rule is off by far more.
 */
export async function checkOp(name: string, f: Fn, x: readonly Tensor[], options: CheckOpOptions): Promise<void> {
  const { engines, second = true, eps = 2 ** -6, tolerance = 5e-4 } = options
  const parts: Record<string, Fn> = { [name]: f }
  let level = f
  if (x.some(isFloat) && list(f(...x)).some(isFloat))
    for (const order of second ? ['first', 'second'] : ['first']) {
      const weights = list(level(...x)).map(t => (isFloat(t) ? noise(t.shape) : undefined))
      const gradient = pullback(level, weights, x)
      const numeric = differences(level, weights, x, eps)
      for (const [i, g] of gradient(...x).entries())
        close(g.dataSync(), numeric[i]!, tolerance, `${name}: ${order} gradient of input ${i}:`)
      parts[`${order} gradient of ${name}`] = level = gradient
    }
  await checkSame(parts, x, engines)
}

type Weights = readonly (Tensor | undefined)[]

/** The gradients of Σ outputs·weights for the float inputs, as a function of all inputs. */
function pullback(f: Fn, weights: Weights, x: readonly Tensor[]): (...x: Tensor[]) => Tensor[] {
  const at = x.flatMap((t, i) => (isFloat(t) ? [i] : []))
  return (...args) =>
    grad((...floats) =>
      list(f(...args.map((t, i) => (at.includes(i) ? floats[at.indexOf(i)]! : t))))
        .flatMap((t, i) => (weights[i] ? [t.mul(weights[i]).sum()] : []))
        .reduce((a, b) => a.add(b)),
    )(...at.map(i => args[i]!))
}

/** The same by moving one number after the other. */
function differences(f: Fn, weights: Weights, x: readonly Tensor[], eps: number): Float64Array[] {
  const scales = weights.map(w => w?.dataSync())
  const loss = (args: readonly Tensor[]): number =>
    list(f(...args)).reduce(
      (sum, t, i) => sum + (scales[i] ? (t.dataSync() as Float32Array).reduce((s, v, k) => s + v * scales[i]![k]!, 0) : 0),
      0,
    )
  return x.flatMap((t, i) => {
    if (!isFloat(t)) return []
    const data = t.dataSync() as Float32Array
    return [
      Float64Array.from(data, (_, j) => {
        const moved = (d: number): number => loss(x.with(i, tensor(data.with(j, data[j]! + d), t.shape)))
        return (8 * (moved(eps) - moved(-eps)) - (moved(2 * eps) - moved(-2 * eps))) / (12 * eps)
      }),
    ]
  })
}
