import type { HostRng } from '@portolan/core'
import { smoothCurve, type Point } from './curve.ts'
import { glyphs, type Stroke } from './glyphs.ts'
import { blur, drawLine, type Canvas } from './raster.ts'

// Only +, −, ×, ÷ and √ are used, which IEEE 754 defines to the last bit: the same seed gives the same bytes everywhere.

/** A number near a normal one: the sum of four uniform numbers, brought to mean 0 and variance 1, within ±3.47. */
const bell = (rng: HostRng): number => (rng.uniform() + rng.uniform() + rng.uniform() + rng.uniform() - 2) * 1.7320508075688772
const between = (rng: HostRng, low: number, high: number): number => low + (high - low) * rng.uniform()

type Warp = (point: Point) => Point

/** Where and how large the digit is written: slant, width, rotation, size and shift; from hundredths of the height to pixels. */
function placement(rng: HostRng, size: number): Warp {
  const height = (size * between(rng, 0.6, 0.8)) / 100
  const width = height * between(rng, 0.7, 1.15)
  const slant = 0.12 + 0.22 * bell(rng)
  // With t = tan(θ/2), cos θ = (1 − t²)/(1 + t²) and sin θ = 2t/(1 + t²).
  const t = 0.065 * bell(rng)
  const cos = (1 - t * t) / (1 + t * t)
  const sin = (2 * t) / (1 + t * t)
  const shiftX = size * (0.5 + 0.036 * bell(rng))
  const shiftY = size * (0.5 + 0.036 * bell(rng))
  return ({ x, y }) => {
    const v = (y - 50) * height
    const u = (x - 50) * width - slant * v
    return { x: shiftX + cos * u - sin * v, y: shiftY + sin * u + cos * v }
  }
}

/** A smooth random displacement of the paper: values on a lattice of 5 × 5 nodes, joined by t²(3 − 2t) in each direction. */
function elastic(rng: HostRng, size: number): Warp {
  const nodes = 5
  const strength = size * between(rng, 0.015, 0.06)
  const field = Float64Array.from({ length: 2 * nodes * nodes }, () => strength * bell(rng))
  return ({ x, y }) => {
    const u = Math.min(0.999, Math.max(0, x / size)) * (nodes - 1)
    const v = Math.min(0.999, Math.max(0, y / size)) * (nodes - 1)
    const column = Math.floor(u)
    const row = Math.floor(v)
    const s = (u - column) * (u - column) * (3 - 2 * (u - column))
    const t = (v - row) * (v - row) * (3 - 2 * (v - row))
    const displacement = (axis: number): number => {
      const at = axis * nodes * nodes + row * nodes + column
      const above = field[at]! + (field[at + 1]! - field[at]!) * s
      const below = field[at + nodes]! + (field[at + nodes + 1]! - field[at + nodes]!) * s
      return above + (below - above) * t
    }
    return { x: x + displacement(0), y: y + displacement(1) }
  }
}

/** Smooth curves from corner to corner, each through its points. */
function curves(stroke: Stroke, place: Warp): Point[] {
  const line: Point[] = []
  let from = 0
  stroke.forEach(({ corner }, i) => {
    if (i === 0 || (!corner && i < stroke.length - 1)) return
    line.push(...smoothCurve(stroke.slice(from, i + 1).map(place), 1.2))
    from = i
  })
  return line
}

/** Draws a line with the pen: the pressure rises to its full height, wavers, and falls when the pen lifts. */
function ink(canvas: Canvas, line: readonly Point[], radius: number, rng: HostRng): void {
  const start = between(rng, 0.6, 1.1)
  const end = between(rng, 0.45, 1.1)
  const middle = between(rng, 0.9, 1.2)
  const radii = line.map((_, i) => {
    const t = i / (line.length - 1)
    return radius * (start * (1 - t) * (1 - t) + 2 * middle * t * (1 - t) + end * t * t)
  })
  for (let i = 1; i < line.length; i++) drawLine(canvas, line[i - 1]!, line[i]!, radii[i - 1]!, radii[i]!)
}

/** What else may be on the paper: a piece of a neighbouring stroke at the edge, or specks. */
function clutter(canvas: Canvas, radius: number, rng: HostRng): void {
  const { size } = canvas
  if (rng.uniform() < 0.5) {
    const side = rng.uniform() < 0.5 ? 0 : size - 1
    const y = between(rng, 0, size)
    const line = [0, 1, 2].map(i => ({ x: side + size * 0.05 * bell(rng), y: y + i * size * between(rng, 0.04, 0.12) }))
    ink(canvas, smoothCurve(line, 1.2), radius, rng)
    return
  }
  for (let specks = 1 + rng.integer(3); specks > 0; specks--) {
    const at = { x: between(rng, 0, size), y: between(rng, 0, size) }
    const speck = between(rng, 0.1, 0.5)
    drawLine(canvas, at, { x: at.x + bell(rng), y: at.y + bell(rng) }, speck, speck)
  }
}

/** Writes a digit by hand; `pixels` receives the image, uint8 `[size, size]`, white on black. */
export function writeDigit(digit: number, rng: HostRng, size: number, pixels: Uint8Array): void {
  const canvas: Canvas = { size, ink: new Float32Array(size * size) }
  const ways = glyphs[digit]!
  const glyph = ways[rng.integer(ways.length)]!
  const place = placement(rng, size)
  const bend = elastic(rng, size)
  const unsteady = between(rng, 1, 3.6)
  const radius = (size / 28) * between(rng, 0.5, 1.6)
  for (const stroke of glyph) {
    const shaken = stroke.map(({ x, y, corner }) => ({ x: x + unsteady * bell(rng), y: y + unsteady * bell(rng), corner }))
    const line = curves(shaken, point => bend(place(point)))
    ink(canvas, line, radius, rng)
  }
  if (rng.uniform() < 0.12) clutter(canvas, radius, rng)
  blur(canvas, between(rng, 0.2, 0.9))
  const darkest = canvas.ink.reduce((a, b) => Math.max(a, b))
  const full = between(rng, 210, 280) / darkest
  const rare = rng.uniform() * rng.uniform()
  const noise = 30 * rare * rare
  for (let i = 0; i < pixels.length; i += 2) {
    const word = rng.uint32()
    // The sum of two uniform bytes has mean 255 and standard deviation 104.5.
    const left = (((word & 0xff) + ((word >>> 8) & 0xff) - 255) / 104.5) * noise
    const right = ((((word >>> 16) & 0xff) + (word >>> 24) - 255) / 104.5) * noise
    pixels[i] = Math.min(255, Math.max(0, canvas.ink[i]! * full + left))
    if (i + 1 < pixels.length) pixels[i + 1] = Math.min(255, Math.max(0, canvas.ink[i + 1]! * full + right))
  }
}
