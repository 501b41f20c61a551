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
  /** Before the first epoch. */
  fitStart?(run: Run): void | Promise<void>
  /** Before the first batch of an epoch. */
  epochStart?(run: Run): void | Promise<void>
  /** After each step; `run.logs` are those of its batch. */
  batchEnd?(run: Run): void | Promise<void>
  /** After the validation set; its figures are in `run.validation`. */
  validationEnd?(run: Run): void | Promise<void>
  /** After an epoch and its validation. */
  epochEnd?(run: Run): void | Promise<void>
  /** After the last epoch, however training ended. */
  fitEnd?(run: Run): void | Promise<void>
  /** What it must remember to go on: as for JSON, and tensors. */
  state?(): unknown
  /** Takes that back, after `fitStart`. */
  restore?(state: unknown): void
}
