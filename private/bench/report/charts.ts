import type { GroupMark, Mark } from 'vega'
import { heading, mark, renderVega } from '../../../packages/core/src/draw/render-vega.ts'
import { faint, ink, palette } from '../../../packages/core/src/draw/theme.ts'
import { median } from '../race.ts'
import type { Result } from '../results.ts'
import type { TaskName } from '../suite/case.ts'
import { fastest, rowsOf } from './rows.ts'
import { firstCall, milliseconds } from './table.ts'

const width = 860
const colors = { portolan: palette[0], torch: palette[1] }
const names = { portolan: 'Portolan', torch: 'PyTorch' }
type Library = keyof typeof names

/** Names with their colours, side by side. */
const legend = (labels: readonly (readonly [label: string, color: string])[], x: number, y: number): Mark[] =>
  labels.flatMap(([text, fill], i) => [
    mark('rect', { x: x + i * 110, y: y - 6, width: 12, height: 12, fill }),
    mark('text', { x: x + i * 110 + 18, y, baseline: 'middle', text }),
  ])

/** A horizontal bar. */
interface Bar {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly color: string
  /** Behind its end. */
  readonly label: string
}

interface BarOptions {
  readonly title: string
  readonly axis: string
  readonly scale: object
  readonly values?: readonly number[]
  readonly labels: Parameters<typeof legend>[0]
}

/** Bars below each other; those of one name share a line. */
function bars(rows: readonly Bar[], { title, axis, scale, values, labels }: BarOptions): Promise<string> {
  const [left, top] = [310, 80]
  const lines = new Set(rows.map(r => r.name)).size * 26
  const span = { x: { scale: 'x', field: 'from' }, x2: { scale: 'x', field: 'to' } }
  const middle = { scale: 'y', field: 'name', band: 0.5 }
  return renderVega({
    width,
    height: top + lines + 56,
    padding: 0,
    autosize: 'none',
    marks: [
      ...heading(title, 16, 30),
      ...legend(labels, 16, 58),
      {
        type: 'group',
        encode: { enter: { x: { value: left }, y: { value: top }, width: { value: width - left - 20 }, height: { value: lines } } },
        data: [{ name: 'bars', values: [...rows] }],
        scales: [
          { name: 'x', range: [0, width - left - 170], ...scale } as never,
          { name: 'y', type: 'band', domain: [...new Set(rows.map(r => r.name))], range: [0, lines], padding: 0.25 },
        ],
        axes: [
          { orient: 'bottom', scale: 'x', grid: true, ticks: false, title: axis, titlePadding: 10, ...(values && { values: [...values] }) },
          {
            orient: 'left',
            scale: 'y',
            ticks: false,
            domain: false,
            labelPadding: 10,
            labelFontSize: 12,
            labelColor: ink,
            labelLimit: 500, // widths are guessed too large where nothing can draw
          },
        ],
        marks: [
          mark('rect', { ...span, y: { scale: 'y', field: 'name' }, height: { scale: 'y', band: 1 }, fill: { field: 'color' } }, 'bars'),
          mark(
            'text',
            {
              x: { scale: 'x', field: 'to', offset: 6 },
              y: middle,
              baseline: 'middle',
              fontSize: 11,
              fill: faint,
              text: { field: 'label' },
            },
            'bars',
          ),
        ],
      },
    ],
  })
}

/** How many times faster, or slower, than PyTorch. */
function ratios(title: string, results: readonly Result[]): Promise<string> {
  const rows = results.flatMap(r => rowsOf(r.runs ?? []).flatMap(row => (row.peer === 'torch' ? [{ name: r.title, ...row }] : [])))
  const all = rows.map(r => r.ratio)
  const domain = [Math.min(0.5, ...all), Math.max(2, ...all)]
  return bars(
    rows.map(({ name, ours, theirs, ratio }) => ({
      name,
      from: Math.min(1, ratio),
      to: Math.max(1, ratio),
      color: ratio < 1 ? colors.torch : colors.portolan,
      label: `${ratio.toFixed(2)} ×  (${milliseconds(ours.medianMs)} against ${milliseconds(theirs.medianMs)} ms)`,
    })),
    {
      title,
      axis: 'PyTorch’s time ÷ ours',
      scale: { type: 'log', base: 2, domain },
      values: [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32].filter(t => t >= domain[0]! && t <= domain[1]!),
      labels: [
        ['Portolan is faster', colors.portolan],
        ['', '#ffffff'],
        ['PyTorch is faster', colors.torch],
      ],
    },
  )
}

interface Line {
  readonly color: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

interface Panel {
  readonly title: string
  readonly x: string
  readonly y: string
  readonly logarithmic: boolean
  readonly lines: readonly Line[]
}

const box = { width: 340, height: 200 }

function panel({ title, x, y, logarithmic, lines }: Panel, at: { x: number; y: number }): GroupMark {
  const points = lines.flatMap(l => l.points)
  const scale = (name: 'x' | 'y', range: number[]): object => {
    const values = points.map(p => p[name])
    const [low, high] = [Math.min(...values), Math.max(...values)]
    return {
      name,
      range,
      nice: name === 'y',
      ...(logarithmic ? { type: 'log', domain: [low, high] } : { type: 'linear', domain: [0, high * 1.05] }),
    }
  }
  const along = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } }
  const ticks = [...new Set(points.map(p => p.x))]
  return {
    type: 'group',
    encode: { enter: Object.fromEntries(Object.entries({ ...at, ...box }).map(([name, value]) => [name, { value }])) },
    data: lines.map((l, i) => ({ name: `line${i}`, values: [...l.points] })),
    scales: [scale('x', [0, box.width]), scale('y', [box.height, 0])] as never,
    axes: [
      {
        orient: 'bottom',
        scale: 'x',
        title: x,
        titlePadding: 8,
        ...(logarithmic ? { values: ticks, format: '~s' } : { tickCount: 5, format: '~s' }),
      },
      { orient: 'left', scale: 'y', title: y, grid: true, tickCount: 5, ticks: false, domain: false, labelPadding: 6, format: '~r' },
    ],
    marks: [
      mark('text', { x: 0, y: -12, text: title, fontWeight: 600, fill: ink }),
      ...lines.flatMap((l, i) => [
        mark('line', { ...along, stroke: l.color, strokeWidth: 2 }, `line${i}`),
        ...(logarithmic ? [mark('symbol', { ...along, size: 26, fill: l.color }, `line${i}`)] : []),
      ]),
    ],
  }
}

/** Plots two by two. */
function panels(title: string, all: readonly Panel[]): Promise<string> {
  const place = (i: number) => ({ x: 66 + (i % 2) * 424, y: 104 + Math.floor(i / 2) * 290 })
  return renderVega({
    width,
    height: place(all.length - 1).y + box.height + 56,
    padding: 0,
    autosize: 'none',
    marks: [
      ...heading(title, 16, 30),
      ...legend(
        (['portolan', 'torch'] as const).map(l => [names[l], colors[l]]),
        16,
        58,
      ),
      ...all.map((p, i) => panel(p, place(i))),
    ],
  })
}

const libraries = Object.keys(names) as Library[]

function scaling(title: string, results: readonly Result[]): Promise<string> {
  const series = [...new Set(results.map(r => r.model))].map(model => [model, results.filter(r => r.model === model)] as const)
  return panels(
    title,
    series.map(([model, group]) => ({
      title: `${model}: ms a step`,
      x: group[0]!.along!.axis,
      y: 'ms',
      logarithmic: true,
      lines: libraries.map(library => ({
        color: colors[library],
        points: group.flatMap(r => {
          const run = fastest(r.runs ?? [], library)
          return run ? [{ x: r.along!.value, y: run.medianMs }] : []
        }),
      })),
    })),
  )
}

const resident = (title: string, results: readonly Result[]): Promise<string> =>
  panels(
    title,
    results.map(r => ({
      title: r.title,
      x: 'step',
      y: 'MiB',
      logarithmic: false,
      lines: (r.held ?? []).map(h => ({
        color: colors[h.library as Library],
        points: h.samples.map(s => ({ x: s.step, y: s.resident })),
      })),
    })),
  )

function beginnings(title: string, results: readonly Result[]): Promise<string> {
  const color = (i: number): string => palette[i % palette.length]!
  const rows = results.flatMap(({ title: name, beginnings: all = [] }) => {
    const phases = all.find(b => b.library === 'portolan')?.phases ?? {}
    let at = 0
    return firstCall.map((phase, i): Bar => {
      const from = at
      at += median(phases[phase] ?? [0])
      return { name, from, to: at, color: color(i), label: i === firstCall.length - 1 ? `${at.toFixed(0)} ms` : '' }
    })
  })
  return bars(rows, {
    title,
    axis: 'ms',
    scale: { type: 'linear', domain: [0, Math.max(...rows.map(r => r.to))], nice: true },
    labels: firstCall.map((phase, i) => [phase, color(i)] as const),
  })
}

/** Draws the results of a task, as SVG. */
export const charts: Readonly<Record<TaskName, (results: readonly Result[]) => Promise<string>>> = {
  train: results => ratios('A training step', results),
  infer: results => ratios('A forward pass', results),
  scale: results => scaling('How a training step grows', results),
  memory: results => resident('Memory of the process while it trains', results),
  first: results => beginnings('The first call of a compiled step', results),
  agents: results => ratios('A run of an agent', results),
}
