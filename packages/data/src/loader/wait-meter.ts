import { RangeError, type Callback } from '@portolan/core'

/** How an iteration spent its time so far, in milliseconds. */
export interface Waiting {
  readonly batches: number
  /** Waiting for data. */
  readonly waited: number
  /** In between, with the batches. */
  readonly used: number
  /** Waited as a share of both, 0 … 1. */
  readonly share: number
}

/** Options of `waitMeter`. */
export interface WaitMeterOptions {
  /** From which share on something is said, 0 … 1; by default 0.1. */
  readonly tolerate?: number
  /** Who says it; by default `console.warn`. */
  readonly say?: (message: string) => void
}

/**
 * Says when training waits for data: the share of an epoch's time goes into its logs as `waiting`, and too much of it is told.
 *
 * @throws RangeError when `tolerate` is no share.
 *
 * @example
 * const batches = loader(photos, { each: randomResizedCrop(224) })
 * new Trainer({ step, callbacks: [waitMeter(batches)] })
 */
export function waitMeter(
  batches: { waiting(): Waiting },
  { tolerate = 0.1, say = message => console.warn(message) }: WaitMeterOptions = {},
): Callback {
  if (!(tolerate >= 0 && tolerate <= 1)) throw new RangeError(`waitMeter: tolerate must be between 0 and 1, got ${tolerate}.`)
  return {
    batchEnd: run => run.log('waiting', batches.waiting().share),
    epochEnd({ epoch }) {
      const { waited, used, share } = batches.waiting()
      if (share > tolerate)
        say(
          `epoch ${epoch}: training waited for data ${Math.round(100 * share)} % of the time (${(waited / 1000).toFixed(1)} of ${((waited + used) / 1000).toFixed(1)} s). Raise prefetch, give the source more workers, or make its pictures smaller.`,
        )
    },
  }
}
