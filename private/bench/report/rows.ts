import type { PeerName } from '../contenders.ts'
import type { Run } from '../race.ts'

/** Us against one peer, each at its best. */
export interface Row {
  readonly peer: PeerName
  readonly ours: Run
  readonly theirs: Run
  /** The peer's time divided by ours. */
  readonly ratio: number
}

export const fastest = (runs: readonly Run[], library: string): Run | undefined =>
  runs.filter(r => r.library === library).sort((a, b) => a.medianMs - b.medianMs)[0]

export function rowsOf(runs: readonly Run[]): Row[] {
  const ours = fastest(runs, 'portolan')
  return (['torch', 'tfjs'] as const).flatMap(peer => {
    const theirs = fastest(runs, peer)
    return ours && theirs ? [{ peer, ours, theirs, ratio: theirs.medianMs / ours.medianMs }] : []
  })
}

/** How a library ran, where it had a choice. */
export const way = (run: Run): string => [run.backend ?? run.variant, ...(run.steps === 1 ? ['one step only'] : [])].join(', ')

/** How many figures from the start on are compared, and by how much they may differ, relative to 1 or more. */
const [compared, tolerance] = [4, 2e-3]

/** @throws Error unless all ran the same network, to finite figures, and those that began at our weights to ours. */
export function check(model: string, runs: readonly Run[]): void {
  const fail = (run: Run, problem: string): never => {
    throw new Error(`${model}: ${run.library} (${run.variant}) ${problem}`)
  }
  const ours = runs.find(r => r.library === 'portolan')
  for (const run of runs) {
    if (run.parameters !== runs[0]!.parameters)
      fail(run, `has ${run.parameters} parameters, ${runs[0]!.library} has ${runs[0]!.parameters}: they are different networks`)
    const lost = run.figures.find(figure => !Number.isFinite(figure))
    if (lost !== undefined) fail(run, `computed ${lost}`)
    if (!ours || run.library === 'tfjs') continue
    const [theirs, expected] = [run.figures.slice(0, compared), ours.figures.slice(0, compared)]
    if (theirs.some((figure, i) => Math.abs(figure - expected[i]!) > tolerance * Math.max(1, Math.abs(expected[i]!))))
      fail(run, `began with ${theirs.join(', ')}, we with ${expected.join(', ')}`)
  }
}
