/** What a progress bar writes to: `process.stderr`, or anything like it. */
export interface ProgressStream {
  /** Shows a piece of text. */
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  /** Node's terminals answer by the terminal's kind, NO_COLOR and FORCE_COLOR. */
  hasColors?(): boolean
}
/** What shows how far an epoch is. */
export interface ProgressBar {
  /** Begins an epoch, counted from 1. `total` is its number of batches, if that is known. */
  start(epoch: number, epochs: number, total?: number): void
  /** Shows that `done` batches are through, and the logs so far. */
  update(done: number, logs: Readonly<Record<string, number>>): void
  /** Ends the epoch: the bar gives way to a line that stays, if one is given. */
  stop(summary?: string): void
}

const redrawEvery = 100 // milliseconds, on a terminal
const lineEvery = 10_000 // elsewhere
const longestBar = 30

/**
 * A line that tells how far an epoch is, with its logs and the time left, drawn over itself as it goes on.
 *
 * It fits the terminal's width. Where the stream is no terminal, it writes no control characters: a plain line
 * every ten seconds, and the epoch's summary. It reads the clock to show the time, for nothing else.
 * @param options `stream`: `process.stderr` unless given; the console where there is no process. `label`: what goes by, if not epochs, such as 'Seed'.
 * @example
 * const bar = progressBar()
 * bar.start(2, 5, 469)
 * bar.update(312, { loss: 0.0412, accuracy: 0.987 }) // Epoch 2/5 ████████░░░░ 312/469  loss 0.04120  accuracy 0.9870  1m03s left
 * bar.stop('Epoch 2/5  loss 0.04051  accuracy 0.9874')
 */
export function progressBar({ stream = standardError(), label = 'Epoch' }: { stream?: ProgressStream; label?: string } = {}): ProgressBar {
  const terminal = stream.isTTY === true
  let head = ''
  let total: number | undefined
  let first: { done: number; at: number } | undefined
  let drawnAt = 0
  let drawn = 0

  return {
    start(epoch, epochs, batches) {
      head = `${label} ${epoch}/${epochs} `
      total = batches
      first = undefined
      drawnAt = terminal ? -Infinity : performance.now()
    },
    update(done, logs) {
      const now = performance.now()
      first ??= { done, at: now } // the first batch also pays for compiling
      if (now - drawnAt < (terminal ? redrawEvery : lineEvery)) return
      drawnAt = now
      const left =
        total !== undefined && done > first.done ? [`${duration(((now - first.at) / (done - first.done)) * (total - done))} left`] : []
      const numbers = Object.entries(logs).map(([name, value]) => `${name} ${formatNumber(value)}`)
      const tail = [` ${done}${total === undefined ? '' : `/${total}`}`, ...numbers, ...left].join('  ')
      if (!terminal) return void stream.write(`${head.trimEnd()}${tail}\n`)

      const width = (stream.columns ?? 80) - 1
      const room = total === undefined ? 0 : Math.max(0, Math.min(longestBar, width - head.length - tail.length))
      const full = Math.round(room * Math.min(1, done / (total || 1)))
      const text = (head + '█'.repeat(full) + '░'.repeat(room - full) + tail).slice(0, width)
      const shown = stream.hasColors?.() ? text.replace(/█+/, '\x1b[36m$&\x1b[39m') : text
      stream.write(`\r${shown}${' '.repeat(Math.max(0, Math.min(drawn, width) - text.length))}`)
      drawn = text.length
    },
    stop(summary = '') {
      if (drawn) stream.write(`\r${' '.repeat(drawn)}\r`)
      drawn = 0
      if (summary) stream.write(`${summary}\n`)
    },
  }
}

const standardError = (): ProgressStream =>
  typeof process === 'object' && process.stderr ? process.stderr : { write: text => console.log(text.trimEnd()) }

/** Four digits: 0.04120, 12.35, 1.235e-7. */
export const formatNumber = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential(3) : value.toPrecision(4)

/** Seconds below a minute, then minutes and seconds, then hours and minutes: 7s, 1m03s, 2h05m. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  const pad = (n: number): string => String(n).padStart(2, '0')
  if (seconds < 60) return `${seconds}s`
  return seconds < 3600
    ? `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`
    : `${Math.floor(seconds / 3600)}h${pad(Math.floor((seconds % 3600) / 60))}m`
}
