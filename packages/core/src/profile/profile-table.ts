import { RangeError } from '../errors.ts'
import type { Profile, ProfileRow } from './profile.ts'

/** Options of `profileTable`. */
export interface ProfileTableOptions {
  /** What is added up: rows of one op, of one module or of one line. Default: nothing. */
  by?: 'op' | 'module' | 'line' | undefined
  /** How many rows are shown, the costliest; default 20. */
  rows?: number | undefined
}

/**
 * A profile as an aligned table, the costliest first. Gradients stand in rows of their own.
 * @throws RangeError for fewer than one row.
 * @example
 * console.log(profileTable(found, { by: 'line' }))
 */
export function profileTable({ engine, steps, ms, rows }: Profile, { by, rows: most = 20 }: ProfileTableOptions = {}): string {
  if (!(most >= 1)) throw new RangeError(`profileTable: rows must be at least 1, got ${most}.`)
  const keys = by ? [by] : (['op', 'module', 'line'] as const)
  const groups = new Map<string, ProfileRow[]>()
  for (const row of rows) {
    const key = JSON.stringify([...keys.map(k => row[k]), row.gradient])
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  const sums = [...groups.values()].map(sum).toSorted((a, b) => b.ms - a.ms)
  const cells = (row: ProfileRow, names: string[]): string[] => [
    ...names,
    String(row.calls),
    row.ms.toFixed(3),
    `${(100 * row.share).toFixed(1)} %`,
    short(row.flops),
    short(row.bytes),
    row.flops ? row.gflops.toFixed(1) : '',
  ]
  const name = (row: ProfileRow, key: 'op' | 'module' | 'line'): string =>
    key === 'line' ? row.line.split('/').slice(-2).join('/') || '(elsewhere)' : key === 'module' ? row.module || '(step)' : row.op
  const shown = sums.slice(0, most)
  const body = shown.map(row => cells(row, keys.map((k, i) => name(row, k) + (i === 0 && row.gradient ? ' gradient' : '')))) // prettier-ignore
  const rest = sums.slice(most)
  if (rest.length) body.push(cells(sum(rest), [`${rest.length} more`, ...keys.slice(1).map(() => '')]))
  const total = sum(sums)
  body.push(cells(total, ['all', ...keys.slice(1).map(() => '')]))
  const head = [...keys, 'calls', 'ms', 'share', 'FLOPs', 'bytes', 'GFLOP/s']
  const widths = head.map((h, i) => Math.max(h.length, ...body.map(row => row[i]!.length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i < keys.length ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  const rule = widths.map(w => '─'.repeat(w)).join('  ')
  return [
    `${engine}: ${ms.toFixed(2)} ms a step (median of ${steps}), ${total.ms.toFixed(2)} ms of it in ops`,
    '',
    line(head),
    rule,
    ...body.slice(0, -1).map(line),
    rule,
    line(body.at(-1)!),
  ].join('\n')
}

function sum(rows: readonly ProfileRow[]): ProfileRow {
  const total = (k: 'calls' | 'ms' | 'share' | 'flops' | 'bytes'): number => rows.reduce((n, r) => n + r[k], 0)
  const [ms, flops] = [total('ms'), total('flops')]
  return { ...rows[0]!, calls: total('calls'), ms, share: total('share'), flops, bytes: total('bytes'), gflops: ms && flops / ms / 1e6 }
}

/** 1234567 → 1.23 M */
function short(n: number): string {
  if (!n) return ''
  const unit = Math.max(0, Math.min(4, Math.floor(Math.log10(n) / 3)))
  return `${(n / 1000 ** unit).toPrecision(3)}${['', ' k', ' M', ' G', ' T'][unit]}`
}
