import type { Run } from './callback.ts'
import { duration, formatNumber } from './progress-bar.ts'

/** What stays on the terminal of an epoch. */
export function epochLine({ epoch, epochs, logs, validation = {} }: Run, seconds: number): string {
  const part = (name: string, v: number) => `${name} ${formatNumber(v)}`
  const figures = [
    ...Object.entries(logs).map(([k, v]) => part(k, v)),
    ...Object.entries(validation).map(([k, v]) => part(`validation ${k}`, v)),
  ]
  return [`Epoch ${epoch}/${epochs}`, ...figures, duration(seconds * 1000)].join('  ')
}
