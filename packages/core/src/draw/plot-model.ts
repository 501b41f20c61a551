import { RangeError } from '../errors.ts'
import type { Module } from '../nn/module.ts'
import { count } from '../nn/summary.ts'
import type { DType, Shape, Spec } from '../tensor/spec.ts'
import { inColumns } from './model-columns.ts'
import { layoutOf, type Box, type Line, type Point } from './model-layout.ts'
import { partsOf, type Part, type Work } from './model-parts.ts'
import { runModel } from './run-model.ts'
import { escape, faint, font, ink, textWidth } from './theme.ts'

/** An input of a model: its shape, with dtype float32, or both. */
export type ModelInput = Shape | { readonly shape: Shape; readonly dtype: DType }

/** Options of `plotModel`. */
export interface PlotModelOptions {
  /**
   * How many levels of modules are opened, 1 … Infinity: at 1, what the model itself calls stands there as boxes, at 2 these are opened,
   * too. Default: as deep as about 40 boxes allow.
   */
  readonly depth?: number
  /** Default: the model's class and how many parameters it has. */
  readonly title?: string
}

/**
 * Draws a model as SVG: its modules with class, path, shape of what they give and number of parameters, the ops between them,
 * and what flows from one to the next. Ops that only change a shape, and what is computed of weights alone, are left out.
 *
 * `inputs` are given to `forward` in their order; one may stand without a name. Nothing is computed, and the model stays as it is;
 * it is drawn in the mode in which it is (`model.eval()` has no dropout).
 * @throws RangeError for a depth below 1; ShapeError if the model does not take these inputs.
 * @example
 * await savePicture('resnet.png', await plotModel(model, [1, 3, 224, 224], { depth: 2 }))
 * await plotModel(translator, { source: { shape: [1, 12], dtype: 'int32' }, target: { shape: [1, 9], dtype: 'int32' } })
 */
export async function plotModel(
  model: Module & { forward(...x: never[]): unknown },
  inputs: ModelInput | Readonly<Record<string, ModelInput>>,
  { depth, title = `${model.constructor.name} · ${count(model).toLocaleString('en-US')} parameters` }: PlotModelOptions = {},
): Promise<string> {
  if (depth !== undefined && depth !== Infinity && !(Number.isInteger(depth) && depth >= 1))
    throw new RangeError(`plotModel: depth must be a whole number of at least 1, or Infinity, got ${depth}.`)
  const run = runModel(model, portsOf(inputs))
  const parts = partsOf(run, depth ?? fitting(d => size(partsOf(run, d).parts)))
  const layout = inColumns(await layoutOf(parts, measure))
  const width = Math.max(layout.width, textWidth(title, 17)) + 2 * margin
  const height = layout.height + 56 + margin
  const [dx, dy] = [(width - layout.width) / 2, 56]
  const body = [...layout.boxes.map(b => draw(b)), ...layout.lines.map(drawLine)].join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="${font}" font-size="12" fill="${ink}"><rect width="100%" height="100%" fill="#ffffff"/><text x="${margin}" y="30" font-size="17" font-weight="600">${escape(title)}</text><g transform="translate(${round(dx)} ${dy})">${body}</g></svg>`
}

const margin = 20

const isInput = (x: ModelInput | Readonly<Record<string, ModelInput>>): x is ModelInput =>
  Array.isArray(x) || ('dtype' in x && typeof x.dtype === 'string')
const specOf = (x: ModelInput): Spec => ('dtype' in x ? x : { shape: x, dtype: 'float32' })
const portsOf = (inputs: ModelInput | Readonly<Record<string, ModelInput>>): Record<string, Spec> =>
  isInput(inputs) ? { x: specOf(inputs) } : Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, specOf(x)]))

const size = (parts: readonly Part[]): number => parts.reduce((n, p) => n + (p.parts ? size(p.parts) : 1), 0)

/** The largest depth with at most 40 parts, or 1. */
function fitting(sizeAt: (depth: number) => number): number {
  for (let depth = 1, before = 0; ; depth++) {
    const parts = sizeAt(depth)
    if (depth > 1 && parts > 40) return depth - 1
    if (parts === before) return depth
    before = parts
  }
}

const tints: Record<Work, readonly [fill: string, stroke: string]> = {
  conv: ['#dcebf7', '#0072b2'],
  matmul: ['#fbe5d6', '#d55e00'],
  norm: ['#d8f0e7', '#009e73'],
  pool: ['#f6e4ee', '#cc79a7'],
  loop: ['#fcf0d2', '#e69f00'],
  lookup: ['#ddf1fc', '#56b4e9'],
  other: ['#eef1f4', '#9aa5b1'],
}
const closed = ['#ffffff', ink] as const

const textOf = ({ kind, name, path, detail }: Part) => ({
  name,
  beside: kind === 'module' ? path! : (detail ?? ''),
  below: kind === 'module' ? detail! : '',
})

function measure(part: Part): { width: number; height: number } {
  const { name, beside, below } = textOf(part)
  const first = textWidth(name, 12) * (part.kind === 'op' ? 1 : 1.06) + (beside ? textWidth(beside, 11) + 7 : 0)
  if (part.parts) return { width: first + textWidth(below, 11) + 32, height: 26 }
  return { width: Math.max(first, textWidth(below, 11)) + 20, height: part.kind === 'module' ? 42 : 24 }
}

function draw({ part, x, y, width, height }: Box): string {
  const { name, beside, below } = textOf(part)
  const at = `x="${round(x)}" y="${round(y)}" width="${round(width)}"`
  const note = (text: string): string => text && `<tspan font-size="11" font-weight="400" fill="${faint}">${escape(text)}</tspan>`
  const first = `<tspan>${escape(name)}</tspan>${beside && `\u2002${note(beside)}`}`
  const text = (tx: number, ty: number, content: string, anchor = 'middle', weight = 600): string =>
    `<text x="${round(tx)}" y="${round(ty)}" text-anchor="${anchor}" font-weight="${weight}">${content}</text>`
  const middle = x + width / 2
  if (part.parts)
    return `<rect ${at} height="${round(height)}" rx="7" fill="#1f2933" fill-opacity="0.035" stroke="#b8c2cc"/><path d="M${round(x)},${round(y + 26)}h${round(width)}" stroke="#b8c2cc"/>${text(x + 10, y + 17.5, `${first}\u2002${note(below)}`, 'start')}`
  if (part.kind === 'module') {
    const [fill, stroke] = part.work ? tints[part.work] : closed
    return `<rect ${at} height="${round(height)}" rx="5" fill="${fill}" stroke="${stroke}"/>${text(middle, y + 17.5, first)}${text(middle, y + 33, note(below), 'middle', 400)}`
  }
  const dark = part.kind !== 'op'
  return `<rect ${at} height="${round(height)}" rx="12" fill="#ffffff" stroke="${dark ? ink : '#9aa5b1'}"${dark ? ' stroke-width="1.5"' : ''}/>${text(middle, y + 16.5, first, 'middle', dark ? 600 : 400)}`
}

/** A line of upright and level pieces, its corners rounded. */
function drawLine({ points, arrow }: Line): string {
  const end = points.at(-1)!
  const path = points.map((p, i) => {
    const [before, after] = [points[i - 1], points[i + 1]]
    if (!before) return `M${round(p.x)},${round(p.y)}`
    if (!after) return `L${round(p.x)},${round(arrow ? p.y - 5 : p.y)}`
    const [a, b] = [towards(p, before), towards(p, after)]
    return `L${round(a.x)},${round(a.y)}Q${round(p.x)},${round(p.y)} ${round(b.x)},${round(b.y)}`
  })
  const head = arrow ? `<path d="M${round(end.x)},${round(end.y)}l-4,-7h8z" fill="#52606d"/>` : ''
  return `<path d="${path.join('')}" fill="none" stroke="#52606d" stroke-width="1.3"/>${head}`
}

/** The point where a rounded corner begins. */
function towards(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y)
  const part = length && Math.min(5, length / 2) / length
  return { x: corner.x + (other.x - corner.x) * part, y: corner.y + (other.y - corner.y) * part }
}

const round = (v: number): number => Math.round(v * 10) / 10
