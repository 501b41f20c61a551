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
  const factors = factorsOf(n)
  const cos = Float64Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * i) / n))
  const sin = Float64Array.from({ length: n }, (_, i) => -Math.sin((2 * Math.PI * i) / n))
  const scratch: [Float64Array, Float64Array] = [new Float64Array(n), new Float64Array(n)]
  return (re, im) => {
    let [xr, xi, yr, yi]: [Float64Array, Float64Array, Float64Array, Float64Array] = [re, im, ...scratch]
    let stride = 1
    for (const p of factors) {
      const m = n / stride / p
      for (let q = 0; q < m; q++) {
        for (let k = 0; k < stride; k++) {
          const from = k + stride * q
          const step = stride * m
          const to = k + stride * p * q
          for (let r = 0; r < p; r++) {
            let [sr, si] = [xr[from]!, xi[from]!]
            for (let j = 1; j < p; j++) {
              const w = ((j * r * n) / p) % n
              const [a, b] = [xr[from + j * step]!, xi[from + j * step]!]
              sr += a * cos[w]! - b * sin[w]!
              si += a * sin[w]! + b * cos[w]!
            }
            const w = q * r * stride
            yr[to + stride * r] = sr * cos[w]! - si * sin[w]!
            yi[to + stride * r] = sr * sin[w]! + si * cos[w]!
          }
        }
      }
      ;[xr, xi, yr, yi] = [yr, yi, xr, xi]
      stride *= p
    }
    if (xr !== re) {
      re.set(xr)
      im.set(xi)
    }
  }
}
