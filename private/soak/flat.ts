/** What the process and its folder hold after a round. */
export interface Sample {
  /** JavaScript's heap after a collection, bytes. */
  readonly heap: number
  /** Array buffers and what else hangs on the heap, bytes. */
  readonly external: number
  /** All memory of the process, bytes: onnxruntime's too. */
  readonly rss: number
  /** Tensors that tfjs holds. */
  readonly tensors: number
  /** Open files, pipes and sockets. */
  readonly open: number
  /** Files in the folder. */
  readonly files: number
  /** Their bytes. */
  readonly bytes: number
}

const MiB = 2 ** 20
/** How much more the last quarter may hold than the second: a share, a number that is noise whatever the share, and what a round adds. */
const slack: Record<keyof Sample, { share: number; noise: number; aRound?: number }> = {
  heap: { share: 0.03, noise: 1 * MiB },
  external: { share: 0.03, noise: 1 * MiB },
  rss: { share: 0.05, noise: 8 * MiB },
  tensors: { share: 0, noise: 0 },
  open: { share: 0, noise: 0 },
  files: { share: 0, noise: 0 },
  bytes: { share: 0, noise: 64 * 1024, aRound: 4 * 128 }, // a run's history is in each of its four files, some 100 bytes for each epoch
}

export interface Verdict {
  readonly of: keyof Sample
  readonly second: number
  readonly last: number
  readonly allowed: number
  readonly flat: boolean
}

const median = (x: readonly number[]): number => x.toSorted((a, b) => a - b)[Math.floor(x.length / 2)]!

/**
 * Compares the second quarter of the rounds with the last, by medians: the first is warming up, and one round may hold what the next
 * collection frees. Eight rounds are the fewest that have such quarters.
 */
export function judge(samples: readonly Sample[]): Verdict[] {
  if (samples.length < 8) throw new Error(`only ${samples.length} rounds: at least 8 are needed to judge. Take more minutes.`)
  const quarter = Math.floor(samples.length / 4)
  return (Object.keys(slack) as (keyof Sample)[]).map(of => {
    const at = (from: number): number => median(samples.slice(from, from + quarter).map(s => s[of]))
    const [second, last] = [at(quarter), at(samples.length - quarter)]
    const { share, noise, aRound = 0 } = slack[of]
    const allowed = second + Math.max(second * share, noise) + aRound * (samples.length - 2 * quarter) // rounds between their middles
    return { of, second, last, allowed, flat: last <= allowed }
  })
}
