/** Rows of numbers. */
export type Matrix = number[][]

export interface Weights {
  /** [2, 3] */
  w1: Matrix
  /** [3] */
  b1: number[]
  /** [3, 1] */
  w2: Matrix
  /** [1] */
  b2: number[]
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))
const times = (a: Matrix, b: Matrix): Matrix => a.map(row => b[0]!.map((_, j) => row.reduce((sum, v, k) => sum + v * b[k]![j]!, 0)))
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map(row => row[j]!))
const plus = (a: Matrix, b: number[]): Matrix => a.map(row => row.map((v, j) => v + b[j]!))
const columnSums = (a: Matrix): number[] => a[0]!.map((_, j) => a.reduce((sum, row) => sum + row[j]!, 0))

/** x [n, 2] → hidden layer of 3 (ReLU) → 1 output (sigmoid); mean squared error; and its gradient, by the chain rule. */
export function backpropagate({ w1, b1, w2, b2 }: Weights, x: Matrix, y: Matrix): { loss: number; prediction: Matrix; gradient: Weights } {
  // forward
  const z1 = plus(times(x, w1), b1) // [n, 3]
  const a1 = z1.map(row => row.map(v => Math.max(0, v)))
  const z2 = plus(times(a1, w2), b2) // [n, 1]
  const prediction = z2.map(row => row.map(sigmoid))
  const n = x.length
  const loss = prediction.reduce((sum, [p], i) => sum + (p! - y[i]![0]!) ** 2, 0) / n

  // backward: from the loss through each step, every derivative taken at the number that went into that step
  const dz2 = prediction.map(([p], i) => [((2 * (p! - y[i]![0]!)) / n) * p! * (1 - p!)]) // σ′(z) = σ(z)(1 − σ(z))
  const da1 = times(dz2, transposed(w2))
  const dz1 = da1.map((row, i) => row.map((v, j) => (z1[i]![j]! > 0 ? v : 0)))
  return {
    loss,
    prediction,
    gradient: { w2: times(transposed(a1), dz2), b2: columnSums(dz2), w1: times(transposed(x), dz1), b1: columnSums(dz1) },
  }
}

/** One step of gradient descent. */
export const descend = (w: Weights, g: Weights, rate: number): Weights => {
  const matrix = (a: Matrix, d: Matrix) => a.map((row, i) => row.map((v, j) => v - rate * d[i]![j]!))
  const vector = (a: number[], d: number[]) => a.map((v, i) => v - rate * d[i]!)
  return { w1: matrix(w.w1, g.w1), b1: vector(w.b1, g.b1), w2: matrix(w.w2, g.w2), b2: vector(w.b2, g.b2) }
}
