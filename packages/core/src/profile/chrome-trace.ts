import type { Profile } from './profile.ts'

/**
 * A profile as a Chrome trace, which ui.perfetto.dev and chrome://tracing open: one row of ops, named by what the step asked for, and
 * above it one of the modules they belong to.
 * @example
 * await writeFileAtomic('step.json', chromeTrace(await profile(step, batch, { engine: onnx() })))
 */
export function chromeTrace({ engine, events }: Profile): string {
  const modules: { name: string; start: number; end: number }[] = []
  for (const { module, gradient, start, ms } of events) {
    const name = `${module || '(step)'}${gradient ? ' gradient' : ''}`
    const last = modules.at(-1)
    if (last?.name === name) last.end = Math.max(last.end, start + ms)
    else modules.push({ name, start: Math.max(start, last?.end ?? start), end: start + ms })
  }
  const us = (ms: number): number => Math.round(ms * 1e6) / 1e3
  const named = (tid: number, name: string) => ({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name } })
  const traceEvents = [
    { name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: engine } },
    named(1, 'modules'),
    named(2, 'ops'),
    ...modules.map(({ name, start, end }) => ({ name, cat: 'module', ph: 'X', pid: 1, tid: 1, ts: us(start), dur: us(end - start) })),
    ...events.map(({ op, module, line, gradient, kernel, start, ms }) => ({
      name: op,
      cat: gradient ? 'gradient' : 'op',
      ph: 'X',
      pid: 1,
      tid: 2,
      ts: us(start),
      dur: us(ms),
      args: { module, line, kernel },
    })),
  ]
  return JSON.stringify({ traceEvents, displayTimeUnit: 'ms' })
}
