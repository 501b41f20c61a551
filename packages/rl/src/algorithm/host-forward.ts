import { Linear, ReLU, Sequential, ShapeError, Tanh, type Layer, type Param, type Tensor } from '@portolan/core'
import { Dueling } from './perceptron.ts'

/** What a network makes of rows of numbers. [n, in] → [n, out], both in row-major order */
export type HostForward = (x: Float32Array) => Promise<Float32Array>

/** May write over its argument. */
type Rows = (x: Float32Array) => Float32Array

/** A linear layer and its numbers. */
interface Dense {
  readonly layer: Linear
  weight: Float32Array
  bias: Float32Array
}

/** Multiplications for a row up to which a plain loop takes less time than the call of a program. */
const most = 2 ** 15

/**
 * A small network's forward pass as a plain loop in this thread, for acting: to call a program would take longer than the work itself.
 * Parameters are read when they have changed. Undefined of a large network, or one that is not of `Linear`, `ReLU` and `Tanh`.
 */
export function hostForward(layer: Layer): HostForward | undefined {
  const all: Dense[] = []
  const rows = rowsOf(layer, all)
  if (!rows || all.reduce((sum, { layer: l }) => sum + l.inFeatures * l.outFeatures, 0) > most) return undefined
  const params = all.flatMap(({ layer: { weight, bias } }): Param[] => (bias ? [weight, bias] : [weight]))
  let held: readonly Tensor[] = []
  return async x => {
    while (params.some((p, i) => p.value !== held[i])) {
      const now = params.map(p => p.value)
      const data = (await Promise.all(now.map(t => t.data()))) as Float32Array[]
      for (const d of all) {
        d.weight = data.shift()!
        d.bias = d.layer.bias ? data.shift()! : new Float32Array(d.layer.outFeatures)
      }
      held = now
    }
    return rows(x.slice())
  }
}

/** Whether a layer does what layers of that class do: one that was derived from it may not. */
const is = <L extends Layer>(layer: Layer, of: abstract new (...args: never[]) => L): layer is L =>
  layer instanceof of && layer.forward === (of.prototype as L).forward

/** A layer as a function of plain numbers; the linear ones in it are added to the list. */
function rowsOf(layer: Layer, all: Dense[]): Rows | undefined {
  if (is(layer, Linear)) {
    const dense: Dense = { layer, weight: new Float32Array(0), bias: new Float32Array(0) }
    all.push(dense)
    return x => affine(x, dense)
  }
  if (is(layer, Sequential)) {
    const parts: Rows[] = []
    for (let i = 0; layer[i]; i++) {
      const part = rowsOf(layer[i]!, all)
      if (!part) return undefined
      parts.push(part)
    }
    return x => parts.reduce((h, part) => part(h), x)
  }
  if (is(layer, Dueling)) {
    const [trunk, value, advantage] = [layer.trunk, layer.value, layer.advantage].map(l => rowsOf(l, all))
    return trunk && value && advantage && (x => dueling(relu(trunk(x)), value, advantage))
  }
  return is(layer, ReLU) ? relu : is(layer, Tanh) ? tanh : undefined
}

function relu(x: Float32Array): Float32Array {
  for (let i = 0; i < x.length; i++) x[i] = Math.max(x[i]!, 0)
  return x
}

function tanh(x: Float32Array): Float32Array {
  for (let i = 0; i < x.length; i++) x[i] = Math.tanh(x[i]!)
  return x
}

/** x·Wᵀ + b; four sums at a time, so that none waits for the one before. x: [n, in] → [n, out] */
function affine(x: Float32Array, { layer: { inFeatures: inside, outFeatures: out }, weight, bias }: Dense): Float32Array {
  const n = x.length / inside
  if (!Number.isInteger(n)) throw new ShapeError(`act: observations must be rows of ${inside} numbers, got ${x.length} numbers.`)
  const y = new Float32Array(n * out)
  for (let row = 0; row < n; row++) {
    const from = row * inside
    const to = row * out
    let j = 0
    for (; j + 3 < out; j += 4) {
      const p = j * inside
      const q = p + inside
      const r = q + inside
      const s = r + inside
      let a = bias[j]!
      let b = bias[j + 1]!
      let c = bias[j + 2]!
      let d = bias[j + 3]!
      for (let k = 0; k < inside; k++) {
        const v = x[from + k]!
        a += v * weight[p + k]!
        b += v * weight[q + k]!
        c += v * weight[r + k]!
        d += v * weight[s + k]!
      }
      y[to + j] = a
      y[to + j + 1] = b
      y[to + j + 2] = c
      y[to + j + 3] = d
    }
    for (; j < out; j++) {
      let sum = bias[j]!
      for (let k = 0; k < inside; k++) sum += x[from + k]! * weight[j * inside + k]!
      y[to + j] = sum
    }
  }
  return y
}

/** V + A − mean A. h: [n, hidden] → [n, actions] */
function dueling(h: Float32Array, value: Rows, advantage: Rows): Float32Array {
  const v = value(h.slice())
  const a = advantage(h)
  const actions = a.length / v.length
  for (let row = 0; row < v.length; row++) {
    const scores = a.subarray(row * actions, (row + 1) * actions)
    const mean = scores.reduce((sum, s) => sum + s, 0) / actions
    for (let i = 0; i < actions; i++) scores[i] = scores[i]! + v[row]! - mean
  }
  return a
}
