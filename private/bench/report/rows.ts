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

/** How far runs of one library are from its first at most: by rounding alone, as they have the same network, weights and batches. */
function spread(runs: readonly Run[]): number {
  const first = runs[0]!.figures.slice(0, compared)
  return Math.max(0, ...runs.flatMap(({ figures }) => first.map((figure, i) => Math.abs(figure - (figures[i] ?? figure)))))
}

/** @throws Error unless all ran the same network, to finite figures, and those that began at our weights to ours, as far as they agree among themselves. */
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
    const own = spread(runs.filter(({ library }) => library === run.library))
    const near = (figure: number, i: number): boolean => {
      const rounding = tolerance * Math.max(1, Math.abs(expected[i]!))
      return Math.abs(figure - expected[i]!) <= rounding + Math.min(own, 5 * rounding) // a run far from all others hides nothing
    }
    if (!theirs.every(near)) fail(run, `began with ${theirs.join(', ')}, we with ${expected.join(', ')}`)
  }
}
