import type { PeerName } from './contenders.ts'
import type { Missing, Run } from './race.ts'

/** Us against one peer, each at its best. */
export interface Row {
  readonly model: string
  readonly oursMs: number
  readonly peer: PeerName
  readonly peerMs: number
  /** The peer's time divided by ours. */
  readonly ratio: number
  /** How each ran, where there are several ways. */
  readonly oursVariant: string
  readonly peerVariant: string
}

/** How many losses from the start on are compared, and by how much they may differ, relative to 1 or more. */
const [compared, tolerance] = [4, 2e-3]

/** @throws Error unless all trained the same network, to finite losses, and those that began at our weights to ours. */
export function check(runs: readonly Run[]): void {
  const fail = (run: Run, problem: string): never => {
    throw new Error(`${run.model}: ${run.library} (${run.variant}) ${problem}`)
  }
  const ours = runs.find(r => r.library === 'portolan')
  for (const run of runs) {
    if (run.parameters !== runs[0]!.parameters)
      fail(run, `has ${run.parameters} parameters, ${runs[0]!.library} has ${runs[0]!.parameters}: they train different networks`)
    const lost = run.losses.find(loss => !Number.isFinite(loss))
    if (lost !== undefined) fail(run, `came to a loss of ${lost}`)
    if (!ours || run.library === 'tfjs') continue
    const [theirs, expected] = [run.losses.slice(0, compared), ours.losses.slice(0, compared)]
    if (theirs.some((loss, i) => Math.abs(loss - expected[i]!) > tolerance * Math.max(1, Math.abs(expected[i]!))))
      fail(run, `began with the losses ${theirs.join(', ')}, we with ${expected.join(', ')}`)
  }
}

/** The rows of one model. */
export function rowsOf(runs: readonly Run[], peers: readonly PeerName[]): Row[] {
  const fastest = (library: string): Run | undefined => runs.filter(r => r.library === library).sort((a, b) => a.medianMs - b.medianMs)[0]
  const ours = fastest('portolan')
  return peers.flatMap(peer => {
    const best = fastest(peer)
    if (!ours || !best) return []
    return [
      {
        model: ours.model,
        oursMs: ours.medianMs,
        peer,
        peerMs: best.medianMs,
        ratio: best.medianMs / ours.medianMs,
        oursVariant: ours.variant,
        peerVariant: best.backend ?? best.variant,
      },
    ]
  })
}

export function table(rows: readonly Row[], missing: readonly Missing[]): string {
  const cells = rows.map(r => [
    r.model,
    r.oursMs.toFixed(3),
    r.peer,
    r.peerMs.toFixed(3),
    `${r.ratio.toFixed(2)}x`,
    r.oursVariant,
    r.peerVariant,
  ])
  const all = [['model', 'ours ms', 'peer', 'peer ms', 'ratio', 'we ran', 'the peer ran'], ...cells]
  const widths = all[0]!.map((_, i) => Math.max(...all.map(row => row[i]!.length)))
  const lines = all.map(row =>
    row
      .map((cell, i) => ([1, 3, 4].includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
  const gaps = missing.map(
    ({ model, library, variant, reason }) => `missing: ${[model, library, variant && `(${variant})`].filter(Boolean).join(' ')}: ${reason}`,
  )
  return [...lines, ...gaps].join('\n')
}
