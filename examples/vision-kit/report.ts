import { join } from 'node:path'
import type { History } from '@portolan/core'
import { writeFileAtomic } from '@portolan/core/node'
import type { RunOptions } from './run-options.ts'

export const say = (text: string): void => console.log(text)
export const thousands = (n: number): string => n.toLocaleString('en-US')

/** Writes what a `RESULTS.md` needs: the figures as JSON, and the epochs with the figures as a table. */
export async function report(
  { out, data, seed, epochs }: RunOptions,
  history: History,
  figures: Readonly<Record<string, unknown>>,
): Promise<void> {
  const names = [
    ...new Set(history.epochs.flatMap(e => [...Object.keys(e.logs), ...Object.keys(e.validation ?? {}).map(name => `validation ${name}`)])),
  ]
  const value = (e: History['epochs'][number], name: string): string =>
    (name.startsWith('validation ') ? e.validation?.[name.slice(11)] : e.logs[name])?.toFixed(4) ?? ''
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const seconds = history.epochs.reduce((sum, e) => sum + (e.seconds ?? 0), 0)
  const all = { data, seed, epochs, trainSeconds: seconds, ...figures }
  const text = [
    row(['epoch', ...names]),
    row(['---', ...names.map(() => '---')]),
    ...history.epochs.map(e => row([String(e.epoch), ...names.map(name => value(e, name))])),
    '',
    ...Object.entries(all).map(([name, v]) => `- ${name}: ${typeof v === 'number' ? Number(v.toPrecision(6)) : JSON.stringify(v)}`),
    '',
  ].join('\n')
  await writeFileAtomic(join(out, 'results.md'), text)
  await writeFileAtomic(
    join(out, 'figures.json'),
    `${JSON.stringify({ ...all, history: history.epochs.map(({ seconds: _, ...e }) => e) }, null, 2)}\n`,
  )
}
