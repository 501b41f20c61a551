import type { Trainer } from './trainer.ts'

/** Where a run is. */
export interface Run {
  readonly trainer: Trainer
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Steps since the beginning of training, counted from 1. */
  readonly step: number
  /** Of the last batch, or of the whole epoch at its end. */
  readonly logs: Readonly<Record<string, number>>
  /** Of the last validation. */
  readonly validation?: Readonly<Record<string, number>>
  /** Adds a figure to the logs of this epoch, or changes it: until its validation has ended. */
  log(name: string, value: number): void
  /** Ends training after this epoch, or after this batch if called there. */
  stop(reason: string): void
}

/**
 * What happens beside training: an object with any of these hooks.
 * @example
 * new Trainer({ step, callbacks: [{ epochEnd: ({ epoch, logs }) => console.log(epoch, logs.loss) }] })
 */
export interface Callback {
  /** Name of its state in a checkpoint. */
  readonly key?: string
  /**
   * Whether `batchEnd` only looks on: it neither stops the run nor changes variables. Then the engine may make several steps in one run
   * before it is told of each; without, there is one step a run. Default false.
   */
  readonly watches?: boolean
  fitStart?(run: Run): void | Promise<void>
  epochStart?(run: Run): void | Promise<void>
  batchEnd?(run: Run): void | Promise<void>
  validationEnd?(run: Run): void | Promise<void>
  epochEnd?(run: Run): void | Promise<void>
  fitEnd?(run: Run): void | Promise<void>
  /** What it must remember to go on: as for JSON, and tensors. */
  state?(): unknown
  /** Takes that back, after `fitStart`. */
  restore?(state: unknown): void
}
