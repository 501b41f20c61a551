import type { GroupMark } from 'vega'
import { RangeError } from '../errors.ts'
import type { SearchResult } from '../search/search.ts'
import type { Space } from '../search/space.ts'
import { heading, mark, renderVega } from './render-vega.ts'
import { faint, palette } from './theme.ts'

/** Options of `searchPicture`. */
export interface SearchPictureOptions {
  readonly title?: string
  /** What the values are called; default 'value'. */
  readonly value?: string
  /** Panels beside each other; default 3. */
  readonly columns?: number
}

const [width, height] = [270, 200]
const margin = { left: 62, right: 18, top: 14, bottom: 52 }

/**
 * Draws a search as SVG: every trial in its order with the best so far, and a panel for each hyper-parameter with the value of each
 * trial over it; the best trial stands out. Trials that failed are left out; those with less to spend than the most are paler.
 * @throws RangeError if no trial has a value.
 * @example
 * await savePicture('search.png', await searchPicture(result, { title: 'ResNet on CIFAR-10', value: 'validation loss' }))
 */
export async function searchPicture<S extends Space>(
  { trials, space, best, direction }: SearchResult<S>,
  { title, value = 'value', columns = 3 }: SearchPictureOptions = {},
): Promise<string> {
  const good = trials.flatMap((t, order) => (t.value === undefined ? [] : [{ ...t, order: order + 1, value: t.value }]))
  if (!good.length) throw new RangeError('searchPicture: no trial has a value, so there is nothing to draw.')
  const most = Math.max(...good.map(t => t.budget ?? 0))
  const values = good.map(t => t.value)
  const y = spread([Math.min(...values), Math.max(...values)])
  const top = title === undefined ? 0 : 44

  const panel = (i: number, name: string, x: (t: (typeof good)[number]) => unknown, scale: object, extra: object = {}): GroupMark => {
    const row = good.map(t => ({
      x: x(t),
      y: t.value,
      opacity: (t.budget ?? 0) < most ? 0.35 : 0.85,
      best: t.number === best.number && t.budget === best.budget,
    }))
    const inner = [width - margin.left - margin.right, height - margin.top - margin.bottom] as const
    const at = { field: 'x', scale: 'x', ...('padding' in scale && { band: 0.5 }) }
    const place = (channels: object): Record<string, unknown> => ({ x: at, y: { field: 'y', scale: 'y' }, ...channels })
    return {
      type: 'group',
      encode: {
        enter: {
          x: { value: (i % columns) * width + margin.left },
          y: { value: top + Math.floor(i / columns) * height + margin.top },
          width: { value: inner[0] },
          height: { value: inner[1] },
        },
      },
      data: [
        { name: 'row', values: row },
        { name: 'best', values: row.filter(r => r.best) },
        ...('line' in extra ? [{ name: 'line', values: extra.line as object[] }] : []),
      ],
      scales: [
        { name: 'x', range: [0, inner[0]], ...scale } as never,
        { name: 'y', type: 'linear', range: [inner[1], 0], domain: y, nice: 5, zero: false },
      ],
      axes: [
        { orient: 'left', scale: 'y', grid: true, gridScale: 'x', tickCount: 5, domain: false, ticks: false, labelPadding: 6, ...(i % columns === 0 && { title: value }) }, // prettier-ignore
        { orient: 'bottom', scale: 'x', title: name, tickCount: 4, labelOverlap: true },
      ] as never,
      marks: [
        ...('line' in extra ? [mark('line', { ...place({ stroke: faint, strokeWidth: 1.5 }) }, 'line')] : []),
        mark('symbol', place({ size: 36, fill: palette[0], opacity: { field: 'opacity' } }), 'row'),
        mark('symbol', place({ size: 120, stroke: palette[1], strokeWidth: 2.5, fill: 'transparent' }), 'best'),
      ],
    }
  }

  let reached = direction === 'min' ? Infinity : -Infinity
  const record = good.map(t => ({
    x: t.order,
    y: (reached = direction === 'min' ? Math.min(reached, t.value) : Math.max(reached, t.value)),
  }))
  const panels = [
    panel(0, 'trial', t => t.order, { type: 'linear', domain: spread([1, trials.length]), zero: false }, { line: record }),
    ...Object.entries(space).map(([name, dimension], i) => {
      const x = (t: (typeof good)[number]): unknown => (dimension.ordered ? t.point[name] : String(t.point[name]))
      if (!dimension.ordered) return panel(i + 1, name, x, { type: 'band', domain: dimension.spread(Infinity).map(String), padding: 0.2 })
      const ends = dimension.spread(2) as [number, number]
      return panel(i + 1, name, x, { type: dimension.log ? 'log' : 'linear', domain: ends, zero: false })
    }),
  ]
  const rows = Math.ceil(panels.length / columns)
  return renderVega({
    width: Math.min(columns, panels.length) * width,
    height: top + rows * height,
    padding: 0,
    autosize: 'none',
    marks: [...heading(title, 16, 30), ...panels],
  })
}

/** A range that is not empty. */
const spread = ([low, high]: [number, number]): [number, number] => (high > low ? [low, high] : [low - 0.5, high + 0.5])
