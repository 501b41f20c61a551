import { PortolanError, RangeError } from '../errors.ts'
import { compile, type Compiled, type Engine } from '../graph/compile.ts'
import { Module, evaluating } from '../nn/module.ts'
import { batchSize, toBatch, type Batch, type Batches, type HostBatch } from './batch.ts'
import type { Callback, Run } from './callback.ts'
import type { Checkpointer } from './checkpointer.ts'
import { epochLine } from './epoch-line.ts'
import { finite, Means, type Figures } from './figures.ts'
import { firstBatches, withoutFirst } from './first-batches.ts'
import { History } from './history.ts'
import { Learner } from './learner.ts'
import { progressBar, type ProgressBar } from './progress-bar.ts'
import { requireNamed, restoreSnapshot, takeSnapshot, type Progress, type RunParts, type Snapshot } from './snapshot.ts'
import { alike, rows } from './steps.ts'
import type { StepLogs, TrainStep } from './supervised.ts'

/** Options of `Trainer`. */
export interface TrainerOptions {
  /** A step made by `supervised`, one written out, or only its learning half. */
  step: TrainStep | ((batch: Batch) => StepLogs)
  /** What runs it; without one it runs op by op. */
  engine?: Engine
  callbacks?: readonly Callback[]
  /**
   * How many steps the engine makes in one run; the results are the same bit by bit, and batches of another size are run alone. Default:
   * as many as pay off, 1 to 16: more for small nets and those of many parameters, 1 for convolutions, and 1 where a callback may act
   * after each step (see `Callback.watches`).
   */
  stepsARun?: number
  /** Whether progress is shown in a terminal, or who shows it; default true. */
  progress?: boolean | ProgressBar
  /** Only one epoch of so many batches (true: one), and as many of validation: does everything run? Default: no. */
  fastDevRun?: boolean | number
}

/** Options of `fit`. */
export interface FitOptions {
  /** How often the data is gone through. */
  epochs: number
  /** Judged after every epoch. */
  validation?: Batches
  /** Keeps what is needed to go on after a crash, and goes on from it: `checkpoints(folder)` of `@portolan/core/node`. */
  checkpoint?: Checkpointer
}

/**
 * Goes through data and trains: the loop around a step.
 * @example
 * const trainer = new Trainer({ step: supervised({ model, loss: crossEntropy, optimizer: adam(1e-3) }), engine: onnx() })
 * const history = await trainer.fit(loader(train), { epochs: 3, validation: loader(test) })
 */
export class Trainer {
  /** Every epoch so far. */
  readonly history = new History()
  /** Everything that the step says it changes. */
  readonly state: unknown
  readonly #learner: Learner
  readonly #evaluate: Compiled<[Batch], StepLogs> | undefined
  readonly #callbacks: readonly Callback[]
  readonly #progress: ProgressBar | undefined
  readonly #engine: Engine | undefined
  readonly #fewest: number

  constructor({ step, engine, callbacks = [], stepsARun, progress = true, fastDevRun = false }: TrainerOptions) {
    const whole = typeof step === 'function' ? { train: step } : step
    this.state = whole.state
    this.#engine = engine
    if (stepsARun !== undefined && !(Number.isInteger(stepsARun) && stepsARun >= 1))
      throw new RangeError(`Trainer: stepsARun must be a whole number of at least 1, got ${stepsARun}`)
    const most = callbacks.some(c => c.batchEnd && !c.watches) ? 1 : stepsARun
    this.#learner = new Learner(batch => whole.train(batch), whole.state, engine, most)
    this.#evaluate = whole.evaluate && compile((batch: Batch) => whole.evaluate!(batch), { engine })
    this.#callbacks = callbacks
    this.#progress = progress === true ? progressBar() : progress || undefined
    this.#fewest = Number(fastDevRun)
  }

  /**
   * Trains for some epochs; called again, it goes on. With a checkpoint that has something to go on from, it trains what is left of them.
   * @throws NotFiniteError when a figure of a step is not finite; PortolanError when there is no data; what the checkpoint throws.
   */
  async fit(data: Batches, options: FitOptions): Promise<History> {
    const { validation, checkpoint } = options
    if (this.#fewest)
      return this.#fit(firstBatches(data, this.#fewest), {
        epochs: 1,
        ...(validation && { validation: firstBatches(validation, this.#fewest) }),
      })
    const saved = await checkpoint?.open()
    try {
      return await this.#fit(data, options, saved)
    } finally {
      this.#learner.end()
      await checkpoint?.close()
    }
  }

  async #fit(data: Batches, { epochs, validation, checkpoint }: FitOptions, saved?: Snapshot): Promise<History> {
    for (const m of this.#roots()) if (!m.training) m.train()
    let stopped: string | undefined
    let logged: Figures = {}
    const before = saved?.progress.before ?? this.history.epochs.length
    const run = {
      trainer: this,
      epoch: before,
      epochs: before + epochs,
      step: this.#learner.made,
      logs: {} as Figures,
      log: (name: string, v: number) => void (logged[name] = v),
      stop: (reason: string) => void (stopped = reason),
    } as { -readonly [K in keyof Run]: Run[K] }
    await this.#tell('fitStart', run)
    const parts: RunParts = {
      state: this.state,
      callbacks: this.#callbacks,
      history: this.history,
      data,
      validation,
      facts: { engine: this.#engine?.name ?? 'eager', ...(checkpoint && (await this.#engine?.facts?.())) },
    }
    const save = async (within: Pick<Progress, 'batch' | 'sums' | 'count' | 'logged'>, atEnd = false): Promise<void> => {
      const { step } = run
      requireNamed(this.state, this.#learner.writes)
      const progress = { step, epoch: this.history.epochs.length, before, ...within, ...(stopped !== undefined && { stopped }) }
      await checkpoint!.offer({ step, epochs: this.history.epochs, atEnd }, () => takeSnapshot(parts, progress))
    }
    if (saved) {
      const others = restoreSnapshot(saved, parts, checkpoint!.last)
      if (others.length) checkpoint!.warn(`fit: goes on from ${checkpoint!.last}, but the last digits may differ: ${others.join('; ')}.`)
      this.#learner.made = run.step = saved.progress.step
      run.epoch = saved.progress.epoch
      stopped = saved.progress.stopped
    }
    let begun = saved?.progress.batch ? saved.progress : undefined
    try {
      while (run.epoch < run.epochs && stopped === undefined) {
        run.epoch++
        run.logs = {}
        logged = { ...begun?.logged }
        const started = performance.now()
        if (!begun) await this.#tell('epochStart', run)
        const means = new Means(begun)
        let done = begun?.batch ?? 0
        const batches = begun && !data.restore ? withoutFirst(data, done) : data
        begun = undefined
        this.#progress?.start(run.epoch, run.epochs, data.length)
        let waiting: Batch[] = []
        let together = 1
        const flush = async (): Promise<void> => {
          const now = waiting
          waiting = []
          const first = this.#learner.made + 1
          const at = (i: number): string => `step ${first + i} (epoch ${run.epoch}, batch ${done + 1 + i})`
          for (const [i, figures] of (await this.#learner.learn(now, together, at, checkpoint)).entries()) {
            run.step = first + i
            run.logs = figures
            done++
            means.add(run.logs, batchSize(now[i]!))
            this.#progress?.update(done, means.value)
            await this.#tell('batchEnd', run)
          }
        }
        for await (const host of batches) {
          const batch = toBatch(host)
          if (waiting.length && !alike(waiting[0]!, batch)) await flush()
          if (!waiting.length) together = await this.#learner.aRun(batch, data.length)
          if (waiting.push(batch) < together) continue
          await flush()
          if (stopped !== undefined) break
          if (checkpoint) await save({ batch: done, ...means.sofar, logged })
        }
        await flush()
        if (!done)
          throw new PortolanError(
            `fit: the data gave no batch in epoch ${run.epoch}. If it is a generator, it can be gone through only once: pass something that starts anew, such as an array or a loader.`,
          )
        run.logs = means.value
        const seconds = (performance.now() - started) / 1000
        if (!this.#engine && this.history.epochs.length === 0)
          this.#progress?.stop(
            `eager mode: ${(done / seconds).toFixed(1)} steps a second. Pass engine: onnx() from @portolan/export-onnx to run the whole step compiled.`,
          )
        if (validation) {
          run.validation = await this.evaluate(validation)
          await this.#tell('validationEnd', run)
        }
        run.logs = { ...run.logs, ...logged }
        this.history.epochs.push({ epoch: run.epoch, logs: run.logs, ...(run.validation && { validation: run.validation }), seconds })
        this.#progress?.stop(epochLine(run, seconds))
        await this.#tell('epochEnd', run)
        if (checkpoint) await save({ batch: 0, sums: {}, count: 0, logged: {} }, true)
      }
      if (stopped !== undefined) this.#progress?.stop(`Stopped: ${stopped}`)
    } finally {
      this.#progress?.stop()
    }
    await this.#tell('fitEnd', run)
    return this.history
  }

  /**
   * One step on one batch, for a loop of your own; its figures. Callbacks and the history hear nothing of it.
   * @throws NotFiniteError when a figure is not finite.
   */
  async trainOnBatch(batch: HostBatch): Promise<Figures> {
    for (const m of this.#roots()) if (!m.training) m.train()
    const [figures] = await this.#learner.learn([toBatch(batch)], 1, () => `step ${this.#learner.made + 1}`)
    return figures!
  }

  /**
   * Means of the step's figures over data, in evaluation mode.
   * @throws PortolanError if the step has no `evaluate`, or there is no data.
   */
  async evaluate(data: Batches): Promise<Figures> {
    if (!this.#evaluate)
      throw new PortolanError('evaluate: the step has no evaluate function. Use supervised(), or give the step { train, evaluate }.')
    const evaluate = this.#evaluate
    const means = new Means()
    let done = 0
    await evaluating(this.#roots(), async () => {
      for await (const host of data) {
        const batch = toBatch(host)
        means.add(finite((await rows(await evaluate(batch), 1))[0]!, `evaluation batch ${++done}`), batchSize(batch))
      }
    })
    if (!done) throw new PortolanError('evaluate: the data gave no batch')
    return means.value
  }

  /** Frees the compiled steps. */
  async dispose(): Promise<void> {
    await this.#learner.dispose()
    await this.#evaluate?.dispose()
  }

  /** The models of the state; optimizers and random streams have no mode. */
  #roots(): Module[] {
    return this.state instanceof Module
      ? [this.state]
      : Object.values((this.state ?? {}) as Record<string, unknown>).filter(x => x instanceof Module)
  }

  async #tell(hook: 'fitStart' | 'epochStart' | 'batchEnd' | 'validationEnd' | 'epochEnd' | 'fitEnd', run: Run): Promise<void> {
    for (const c of this.#callbacks) await c[hook]?.(run)
  }
}
