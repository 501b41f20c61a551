import { RangeError } from '../errors.ts'
import { duration, formatNumber } from '../train/progress-bar.ts'
import type { SearchResult } from './search.ts'
import type { Space } from './space.ts'

/**
 * The trials of a search as an aligned table, the best first; trials that went on with more are shown with what they had last.
 * @param options `rows`: how many are shown; default 20.
 * @throws RangeError for fewer than one row.
 * @example
 * console.log(trialsTable(await search({ space, objective, strategy: random({ trials: 30 }) })))
 */
export function trialsTable<S extends Space>(
  { trials, space, direction }: Pick<SearchResult<S>, 'trials' | 'space' | 'direction'>,
  { rows = 20 }: { rows?: number } = {},
): string {
  if (!(rows >= 1)) throw new RangeError(`trialsTable: rows must be at least 1, got ${rows}.`)
  const last = [...new Map(trials.map(t => [t.number, t])).values()]
  const cost = (value: number | undefined): number => (value === undefined ? Infinity : direction === 'min' ? value : -value)
  // those with more spent on them came further
  const sorted = last.toSorted((a, b) => (b.budget ?? 0) - (a.budget ?? 0) || cost(a.value) - cost(b.value) || a.number - b.number)
  const budgeted = sorted.some(t => t.budget !== undefined)
  const names = Object.keys(space)
  const head = ['trial', ...(budgeted ? ['budget'] : []), 'value', ...names, 'time']
  const body = sorted.slice(0, rows).map(t => [
    String(t.number),
    ...(budgeted ? [String(t.budget)] : []),
    t.value === undefined ? 'failed' : formatNumber(t.value),
    ...names.map(name => {
      const v: unknown = t.point[name]
      return typeof v === 'number' ? String(Number(v.toPrecision(4))) : String(v)
    }),
    duration(1000 * t.seconds),
  ])
  const widths = head.map((h, i) => Math.max(h.length, ...body.map(row => row[i]!.length)))
  const text = (row: readonly string[]): string => row.map((cell, i) => cell.padStart(widths[i]!)).join('  ')
  const more = sorted.length - body.length
  return [text(head), widths.map(w => '─'.repeat(w)).join('  '), ...body.map(text), ...(more > 0 ? [`${more} more`] : [])].join('\n')
}
