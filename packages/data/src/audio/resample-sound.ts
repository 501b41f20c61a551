import type { Sound } from './parse-wav.ts'
import { checkWhole, rowsOf } from './spectrogram.ts'

/** Zero crossings of the kernel on each side, and how much of the band below half the lower rate is kept; torchaudio's. */
const CROSSINGS = 6
const ROLLOFF = 0.99

const gcd = (a: number, b: number): number => (b ? gcd(b, a % b) : a)

/**
 * Sound at another rate, band-limited: a sinc kernel under a Hann window, equal to torchaudio's `resample`.
 *
 * [channels, t] → [channels, ⌈t · sampleRate / sound.sampleRate⌉].
 *
 * J. O. Smith, "Digital Audio Resampling" (2002).
 *
 * @throws RangeError when the rate is no whole number of at least 1.
 *
 * @example
 * const slow = resampleSound(parseWav(bytes), 8000)
 */
export function resampleSound(sound: Sound, sampleRate: number): Sound {
  checkWhole('resampleSound: sampleRate', sampleRate, 1)
  checkWhole("resampleSound: the sound's own sampleRate", sound.sampleRate, 1)
  const { rows, lead, t } = rowsOf('resampleSound', sound)
  if (sampleRate === sound.sampleRate) return sound
  const common = gcd(sound.sampleRate, sampleRate)
  const [from, to] = [sound.sampleRate / common, sampleRate / common]
  const base = Math.min(from, to) * ROLLOFF
  const width = Math.ceil((CROSSINGS * from) / base)
  const taps = 2 * width + from
  // One kernel for each of the `to` places of a sample between `from` old ones.
  const kernels = Float64Array.from({ length: to * taps }, (_, at) => {
    const [phase, i] = [Math.floor(at / taps), at % taps]
    const x = Math.min(CROSSINGS, Math.max(-CROSSINGS, (-phase / to + (i - width) / from) * base))
    const window = Math.cos((x * Math.PI) / CROSSINGS / 2) ** 2
    return ((x ? Math.sin(x * Math.PI) / (x * Math.PI) : 1) * window * base) / from
  })
  const length = Math.ceil((t * to) / from)
  const out = new Float32Array(rows.length * length)
  rows.forEach((row, r) => {
    for (let i = 0; i < length; i++) {
      const start = Math.floor(i / to) * from - width
      const kernel = (i % to) * taps
      let sum = 0
      for (let k = Math.max(0, -start); k < taps && start + k < t; k++) sum += row[start + k]! * kernels[kernel + k]!
      out[r * length + i] = sum
    }
  })
  return { data: out, shape: [...lead, length], sampleRate }
}
