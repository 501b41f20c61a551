/** Factors, as large as 4, then the primes: 400 → 4, 4, 5, 5. */
function factorsOf(n: number): number[] {
  const factors: number[] = []
  let p = 4
  for (let rest = n; rest > 1;) {
    if (rest % p === 0) {
      factors.push(p)
      rest /= p
    } else p = p === 4 ? 2 : p === 2 ? 3 : p + 2
  }
  return factors
}

/** Discrete Fourier transform of complex numbers, in place: X[k] = Σ x[t]·exp(−2πi·k·t / n). */
export type Fft = (re: Float64Array, im: Float64Array) => void

/**
 * The transform for n numbers, in O(n · Σ prime factors) steps.
 *
 * T. G. Stockham, "High-speed convolution and correlation" (1966): every pass sorts what the next one reads, for any factors.
 */
export function fftOf(n: number): Fft {
  const turns = (m: number): readonly [cos: Float64Array, sin: Float64Array] => [
    Float64Array.from({ length: m }, (_, i) => Math.cos((2 * Math.PI * i) / m)),
    Float64Array.from({ length: m }, (_, i) => -Math.sin((2 * Math.PI * i) / m)),
  ]
  const passes = factorsOf(n).map(p => ({ p, roots: turns(p) }))
  const [cos, sin] = turns(n)
  const scratch: [Float64Array, Float64Array] = [new Float64Array(n), new Float64Array(n)]
  return (re, im) => {
    let [xr, xi, yr, yi]: [Float64Array, Float64Array, Float64Array, Float64Array] = [re, im, ...scratch]
    let stride = 1
    for (const { p, roots } of passes) {
      const pass = p === 4 ? byFour : byAny
      pass(xr, xi, yr, yi, n, stride, p, cos, sin, roots)
      ;[xr, xi, yr, yi] = [yr, yi, xr, xi]
      stride *= p
    }
    if (xr !== re) {
      re.set(xr)
      im.set(xi)
    }
  }
}

type Pass = (
  xr: Float64Array,
  xi: Float64Array,
  yr: Float64Array,
  yi: Float64Array,
  n: number,
  stride: number,
  p: number,
  cos: Float64Array,
  sin: Float64Array,
  roots: readonly [cos: Float64Array, sin: Float64Array],
) => void

const byAny: Pass = (xr, xi, yr, yi, n, stride, p, cos, sin, roots) => {
  const step = n / p
  for (let q = 0; q < n / stride / p; q++) {
    for (let k = 0; k < stride; k++) {
      const from = k + stride * q
      const to = k + stride * p * q
      for (let r = 0; r < p; r++) {
        let [sr, si] = [0, 0]
        for (let j = 0, w = 0; j < p; j++) {
          const [a, b, c, s] = [xr[from + j * step]!, xi[from + j * step]!, roots[0][w]!, roots[1][w]!]
          sr += a * c - b * s
          si += a * s + b * c
          w = (w + r) % p
        }
        const [c, s] = [cos[q * r * stride]!, sin[q * r * stride]!]
        yr[to + stride * r] = sr * c - si * s
        yi[to + stride * r] = sr * s + si * c
      }
    }
  }
}

/** The same with p = 4, whose roots are 1, −i, −1 and i. */
const byFour: Pass = (xr, xi, yr, yi, n, stride, _, cos, sin) => {
  const step = n / 4
  for (let q = 0; q < n / stride / 4; q++) {
    const w = q * stride
    const [c1, s1, c2, s2, c3, s3] = [cos[w]!, sin[w]!, cos[2 * w]!, sin[2 * w]!, cos[3 * w]!, sin[3 * w]!]
    for (let k = 0; k < stride; k++) {
      const from = k + stride * q
      const to = k + 4 * stride * q
      const [ar, ai] = [xr[from]! + xr[from + 2 * step]!, xi[from]! + xi[from + 2 * step]!]
      const [br, bi] = [xr[from]! - xr[from + 2 * step]!, xi[from]! - xi[from + 2 * step]!]
      const [cr, ci] = [xr[from + step]! + xr[from + 3 * step]!, xi[from + step]! + xi[from + 3 * step]!]
      const [dr, di] = [xr[from + step]! - xr[from + 3 * step]!, xi[from + step]! - xi[from + 3 * step]!]
      yr[to] = ar + cr
      yi[to] = ai + ci
      yr[to + stride] = (br + di) * c1 - (bi - dr) * s1
      yi[to + stride] = (br + di) * s1 + (bi - dr) * c1
      yr[to + 2 * stride] = (ar - cr) * c2 - (ai - ci) * s2
      yi[to + 2 * stride] = (ar - cr) * s2 + (ai - ci) * c2
      yr[to + 3 * stride] = (br - di) * c3 - (bi + dr) * s3
      yi[to + 3 * stride] = (br - di) * s3 + (bi + dr) * c3
    }
  }
}
