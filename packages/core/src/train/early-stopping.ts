import { PortolanError } from '../errors.ts'
import { split, merge, type State } from '../nn/state.ts'
import type { Callback } from './callback.ts'
import { logOf, namesOf } from './history.ts'

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions {
  /** Which log, as in `History`: with 'validation.' before it of the validation set; default 'validation.loss'. */
  monitor?: string
  /** Whether less or more is better; default 'min'. */
  mode?: 'min' | 'max'
  /** How many epochs without a better figure are borne; default 3. */
  patience?: number
  /** What counts as better; default 0. */
  minDelta?: number
  /** Whether all state goes back to the best epoch at the end; default true. */
  restoreBest?: boolean
}

/**
 * Ends training when a figure has not become better for some epochs.
 * @throws PortolanError if the figure isn't there.
 * @example
 * earlyStopping({ monitor: 'validation.accuracy', mode: 'max', patience: 5 })
 */
export function earlyStopping({
  monitor = 'validation.loss',
  mode = 'min',
  patience = 3,
  minDelta = 0,
  restoreBest = true,
}: EarlyStoppingOptions = {}): Callback {
  let best: number | undefined
  let waited = 0
  let kept: State | undefined
  return {
    key: 'earlyStopping',
    fitStart() {
      best = undefined
      waited = 0
    },
    epochEnd({ trainer, epoch, logs, validation, stop }) {
      const log = { epoch, logs, ...(validation && { validation }) }
      const now = logOf(log, monitor)
      if (now === undefined)
        throw new PortolanError(
          `earlyStopping: no epoch has a log named ${monitor}; there are ${namesOf([log]).join(', ')}. ${validation ? 'Name one of them.' : 'Pass fit a validation set, or monitor a training log.'}`,
        )
      if (best === undefined || (mode === 'min' ? now < best - minDelta : now > best + minDelta)) {
        best = now
        waited = 0
        if (restoreBest) kept = split(trainer.state)[0]
      } else if (++waited >= patience) stop(`${monitor} has not become better than ${best} for ${patience} epochs (epoch ${epoch})`)
    },
    fitEnd({ trainer }) {
      if (kept) merge(trainer.state, kept)
      kept = undefined
    },
    state: () => ({ best, waited, kept }),
    restore(state) {
      ;({ best, waited, kept } = state as { best: number | undefined; waited: number; kept: State | undefined })
    },
  }
}
