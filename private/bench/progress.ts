import { duration } from '../../packages/core/src/train/progress-bar.ts'

/** Says which case runs and how much is left: on a terminal in one line that is drawn over itself, elsewhere a line for each case. */
export function progress(total: number, stream: NodeJS.WriteStream = process.stderr) {
  const started = performance.now()
  let [done, name, drawn] = [0, '', 0]
  const clear = (): void => {
    if (drawn) stream.write(`\r${' '.repeat(drawn)}\r`)
    drawn = 0
  }
  return {
    /** A case begins. */
    begin(what: string): void {
      name = what
      if (!stream.isTTY) stream.write(`${done + 1}/${total} ${name}\n`)
    },
    /** What happens within it. */
    say(text: string): void {
      if (!stream.isTTY) return
      const left = done ? `  about ${duration(((performance.now() - started) / done) * (total - done))} left` : ''
      const line = `${done + 1}/${total} ${name}: ${text}${left}`.slice(0, (stream.columns ?? 80) - 1)
      stream.write(`\r${line}${' '.repeat(Math.max(0, drawn - line.length))}`)
      drawn = line.length
    },
    /** It is over; a text stays. */
    end(text: string): void {
      clear()
      done++
      if (text) stream.write(`${text}\n`)
    },
  }
}
