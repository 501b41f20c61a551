import type { GroupMark, Mark } from 'vega'
import type { EpochLog } from '../train/history.ts'
import { mark } from './render-vega.ts'
import { textWidth } from './theme.ts'

/** How a line looks. */
interface Stroke {
  readonly color: string
  readonly dashed: boolean
}
interface Label extends Stroke {
  readonly label: string
}
interface Series extends Stroke {
  readonly values: readonly (number | undefined)[]
}
/** One plot: its lines, and what its legend says of them. */
export interface Panel {
  readonly title: string
  readonly series: readonly Series[]
  readonly legend: readonly Label[]
}

interface Placed extends Label {
  readonly x: number
  readonly row: number
}

/** Legend entries from left to right, in as many rows as they need. */
export function flow(labels: readonly Label[], width: number): Placed[] {
  let x = 0
  let row = 0
  return labels.map(label => {
    const needs = 30 + textWidth(label.label, 12)
    if (x > 0 && x + needs > width) [x, row] = [0, row + 1]
    const placed = { ...label, x, row }
    x += needs + 18
    return placed
  })
}

/** A plot of lines over the epochs, its legend above it. */
export function drawPanel(
  { title, series }: Panel,
  legend: readonly Placed[],
  epochs: readonly EpochLog[],
  box: { x: number; y: number; width: number; height: number },
): GroupMark {
  const numbers = series.flatMap(line => line.values).filter(value => Number.isFinite(value)) as number[]
  const low = numbers.reduce((a, b) => Math.min(a, b), Infinity)
  const high = numbers.reduce((a, b) => Math.max(a, b), -Infinity)
  const spread = high > low ? 0 : Math.abs(low) * 0.1 || 1
  const yDomain = numbers.length ? [low - spread, high + spread] : [0, 1]
  const first = epochs[0]!.epoch
  const last = epochs.at(-1)!.epoch
  const largest = Math.max(...yDomain.map(Math.abs))
  const rows = Math.max(...legend.map(item => item.row))
  return {
    type: 'group',
    encode: { enter: Object.fromEntries(Object.entries(box).map(([name, value]) => [name, { value }])) },
    data: series.map(({ values }, i) => ({
      name: `line${i}`,
      values: epochs.map(({ epoch }, e) => ({ epoch, value: Number.isFinite(values[e]) ? values[e] : null })),
    })),
    scales: [
      { name: 'x', type: 'linear', range: [0, box.width], domain: last > first ? [first, last] : [first - 1, first + 1], zero: false },
      { name: 'y', type: 'linear', range: [box.height, 0], domain: yDomain, nice: 5, zero: false },
    ],
    axes: [
      {
        orient: 'left',
        scale: 'y',
        grid: true,
        gridScale: 'x',
        tickCount: 5,
        title,
        titleX: -48,
        domain: false,
        ticks: false,
        labelPadding: 8,
        ...(largest >= 1e5 || largest < 1e-3 ? { format: '.1e' } : {}),
      },
      {
        orient: 'bottom',
        scale: 'x',
        title: 'epoch',
        titleY: 34,
        format: 'd',
        tickMinStep: 1,
        tickCount: Math.min(10, Math.floor(box.width / 40)),
        labelPadding: 4,
        ...(last > first ? {} : { values: [first] }),
      },
    ],
    marks: [
      ...series.flatMap((line, i) => drawLine(line, `line${i}`, epochs.length <= 25)),
      ...legend.flatMap(({ label, x, row, ...style }) => {
        const y = (row - rows) * 20 - 18
        return [mark('rule', { x, x2: x + 24, y, ...stroke(style) }), mark('text', { x: x + 30, y, baseline: 'middle', text: label })]
      }),
    ],
  }
}

const stroke = ({ color, dashed }: Stroke) => ({ stroke: color, strokeWidth: 2, ...(dashed && { strokeDash: [6, 4] }) })

/** A line, with a dot at each epoch while there are few. */
function drawLine({ values: _, ...style }: Series, data: string, dots: boolean): Mark[] {
  const at = { x: { scale: 'x', field: 'epoch' }, y: { scale: 'y', field: 'value' } }
  const valid = 'isValid(datum.value)'
  const line = mark('line', { ...at, defined: { signal: valid }, strokeJoin: 'round', ...stroke(style) }, data)
  const fill = style.dashed ? '#ffffff' : style.color
  const dot = mark(
    'symbol',
    { ...at, opacity: { signal: `${valid} ? 1 : 0` }, size: 28, fill, stroke: style.color, strokeWidth: 1.5 },
    data,
  )
  return dots ? [line, dot] : [line]
}
