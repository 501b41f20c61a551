import { ShapeError } from '../errors.ts'
import { heading, mark, renderVega } from './render-vega.ts'
import { textWidth } from './theme.ts'

/** Options of `heatMap`. */
export interface HeatMapOptions {
  /** One a row, and one a column; their numbers unless given. */
  readonly rows?: readonly string[]
  readonly columns?: readonly string[]
  /** What the numbers are, beside the scale. */
  readonly legend?: string
  readonly title?: string
}

/**
 * Draws a table of numbers as shaded cells, as SVG: the darkest is the largest, the lightest the least, or 0 if none is below.
 * @throws ShapeError if the rows are not of one length, there is no cell, or not one label for each.
 * @example
 * const svg = await heatMap([[0.9, 0.1], [0.2, 0.8]], { rows: ['ein', 'Hund'], columns: ['a', 'dog'], title: 'Where it looks' })
 */
export async function heatMap(values: readonly (readonly number[])[], options: HeatMapOptions = {}): Promise<string> {
  const [height, width] = [values.length, values[0]?.length ?? 0]
  if (!width || values.some(row => row.length !== width))
    throw new ShapeError(`heatMap: there must be rows of one length, got lengths [${values.map(row => row.length)}].`)
  const { rows = values.map((_, i) => String(i)), columns = values[0]!.map((_, i) => String(i)), legend = '', title } = options
  for (const [name, labels, count] of [
    ['rows', rows, height],
    ['columns', columns, width],
  ] as const)
    // prettier-ignore
    if (labels.length !== count) throw new ShapeError(`heatMap: ${count} ${name} need ${count} labels, got ${labels.length}.`)
  const cell = Math.max(8, Math.min(32, Math.floor(640 / Math.max(width, height))))
  const left = 24 + Math.max(...rows.map(text => textWidth(text, 12)))
  const above = 16 + Math.max(...columns.map(text => textWidth(text, 12)))
  const right = Math.max(96, title === undefined ? 0 : textWidth(title, 17) + 32 - left - cell * width)
  const all = values.flat()
  const [least, most] = [Math.min(0, ...all), Math.max(...all)]
  const label = (texts: readonly string[]): { text: string; at: number }[] => texts.map((text, at) => ({ text, at }))
  const middle = (scale: string) => ({ scale, field: 'at', band: 0.5 })
  return renderVega({
    width: cell * width,
    height: cell * height,
    padding: { left, top: above + (title === undefined ? 8 : 40), right, bottom: Math.max(16, 130 - cell * height) },
    autosize: 'none',
    data: [
      { name: 'cells', values: values.flatMap((row, y) => row.map((value, x) => ({ x, y, value }))) },
      { name: 'rows', values: label(rows) },
      { name: 'columns', values: label(columns) },
    ],
    scales: [
      { name: 'x', type: 'band', range: 'width', domain: columns.map((_, i) => i) },
      { name: 'y', type: 'band', range: 'height', domain: rows.map((_, i) => i) },
      { name: 'value', type: 'linear', range: ['#f3f7fb', '#5aa2cf', '#08519c'], domain: [least, (least + most) / 2, most] },
    ],
    legends: [
      {
        fill: 'value',
        title: legend,
        tickCount: 3,
        orient: 'none',
        legendX: cell * width + 20,
        legendY: 0,
        gradientLength: Math.min(100, Math.max(60, cell * height)),
      },
    ],
    marks: [
      mark(
        'rect',
        {
          x: { scale: 'x', field: 'x' },
          y: { scale: 'y', field: 'y' },
          width: cell,
          height: cell,
          fill: { scale: 'value', field: 'value' },
          stroke: '#ffffff',
          strokeWidth: cell > 16 ? 1 : 0,
        },
        'cells',
      ),
      mark('text', { x: -8, y: middle('y'), align: 'right', baseline: 'middle', text: { field: 'text' } }, 'rows'),
      mark('text', { x: middle('x'), y: -8, angle: -90, align: 'left', baseline: 'middle', text: { field: 'text' } }, 'columns'),
      ...heading(title, 16 - left, -above - 14),
    ],
  })
}
