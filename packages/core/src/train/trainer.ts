import { NotFiniteError, PortolanError } from '../errors.ts'
import { compile, type Compiled, type Engine } from '../graph/compile.ts'
import { Module, evaluating } from '../nn/module.ts'
import { batchSize, toBatch, type Batch, type Batches, type HostBatch } from './batch.ts'
import type { Callback, Run } from './callback.ts'
import type { Checkpointer } from './checkpointer.ts'
import { firstBatches, withoutFirst } from './first-batches.ts'
import { Guard } from './guard.ts'
import { History } from './history.ts'
import { duration, formatNumber, progressBar, type ProgressBar } from './progress-bar.ts'
import { restoreSnapshot, takeSnapshot, unnamed, type Progress, type RunParts, type Snapshot } from './snapshot.ts'
import type { StepLogs, TrainStep } from './supervised.ts'

export interface TrainerOptions {
  /** A step made by `supervised`, one written out, or only its learning half. */
  step: TrainStep | ((batch: Batch) => StepLogs)
  /** What runs it; without one it runs op by op. */
  engine?: Engine
  callbacks?: readonly Callback[]
  /** Whether progress is shown in a terminal, or who shows it; default true. */
  progress?: boolean | ProgressBar
  /** Only one epoch of so many batches (true: one), and as many of validation: does everything run? Default: no. */
  fastDevRun?: boolean | number
}

export interface FitOptions {
  /** How often the data is gone through. */
  epochs: number
  /** Judged after every epoch. */
  validation?: Batches
  /** Keeps what is needed to go on after a crash, and goes on from it: `checkpoints(folder)` of `@portolan/core/node`. */
  checkpoint?: Checkpointer
}

type Figures = Record<string, number>

const epochLine = ({ epoch, epochs, logs, validation = {} }: Run, seconds: number): string => {
  const part = (name: string, v: number) => `${name} ${formatNumber(v)}`
  const figures = [
    ...Object.entries(logs).map(([k, v]) => part(k, v)),
    ...Object.entries(validation).map(([k, v]) => part(`validation ${k}`, v)),
  ]
  return [`Epoch ${epoch}/${epochs}`, ...figures, duration(seconds * 1000)].join('  ')
}

/** Means over batches, weighed by their sizes. */
class Means {
  #sums: Figures = {}
  #count = 0
  constructor({ sums, count }: Pick<Progress, 'sums' | 'count'> = { sums: {}, count: 0 }) {
    this.#sums = { ...sums }
    this.#count = count
  }
  get sofar(): Pick<Progress, 'sums' | 'count'> {
    return { sums: { ...this.#sums }, count: this.#count }
  }
  add(logs: Readonly<Figures>, n: number): void {
    for (const [name, v] of Object.entries(logs)) this.#sums[name] = (this.#sums[name] ?? 0) + v * n
    this.#count += n
  }
  get value(): Figures {
    return Object.fromEntries(Object.entries(this.#sums).map(([name, v]) => [name, v / this.#count]))
  }
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
  readonly #train: Compiled<[Batch], StepLogs>
  readonly #evaluate: Compiled<[Batch], StepLogs> | undefined
  readonly #callbacks: readonly Callback[]
  readonly #progress: ProgressBar | undefined
  readonly #engine: Engine | undefined
  readonly #fewest: number
  readonly #guard: Guard
  #steps = 0

  constructor({ step, engine, callbacks = [], progress = true, fastDevRun = false }: TrainerOptions) {
    const whole = typeof step === 'function' ? { train: step } : step
    this.state = whole.state
    this.#engine = engine
    this.#train = compile((batch: Batch) => whole.train(batch), { engine })
    this.#evaluate = whole.evaluate && compile((batch: Batch) => whole.evaluate!(batch), { engine })
    this.#callbacks = callbacks
    this.#progress = progress === true ? progressBar() : progress || undefined
    this.#fewest = Number(fastDevRun)
    this.#guard = new Guard(batch => whole.train(batch), whole.state)
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
      this.#guard.end()
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
      step: this.#steps,
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
      this.#requireState()
      const progress = { step, epoch: this.history.epochs.length, before, ...within, ...(stopped !== undefined && { stopped }) }
      await checkpoint!.offer({ step, epochs: this.history.epochs, atEnd }, () => takeSnapshot(parts, progress))
    }
    if (saved) {
      const others = restoreSnapshot(saved, parts)
      if (others.length) checkpoint!.warn(`fit: goes on from ${checkpoint!.last}, but the last digits may differ: ${others.join('; ')}.`)
      this.#steps = run.step = saved.progress.step
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
        for await (const host of batches) {
          const batch = toBatch(host)
          run.step = ++this.#steps
          run.logs = await this.#learn(batch, `step ${run.step} (epoch ${run.epoch}, batch ${++done})`, checkpoint)
          means.add(run.logs, batchSize(batch))
          this.#progress?.update(done, means.value)
          await this.#tell('batchEnd', run)
          if (stopped !== undefined) break
          if (checkpoint) await save({ batch: done, ...means.sofar, logged })
        }
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
    return this.#learn(toBatch(batch), `step ${++this.#steps}`)
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
        means.add(await this.#figures(await evaluate(batch), `evaluation batch ${++done}`), batchSize(batch))
      }
    })
    if (!done) throw new PortolanError('evaluate: the data gave no batch')
    return means.value
  }

  /** Frees the compiled steps. */
  async dispose(): Promise<void> {
    this.#guard.end()
    await this.#train.dispose()
    await this.#evaluate?.dispose()
  }

  /** The models of the state; optimizers and random streams have no mode. */
  #roots(): Module[] {
    return this.state instanceof Module
      ? [this.state]
      : Object.values((this.state ?? {}) as Record<string, unknown>).filter(x => x instanceof Module)
  }

  /** @throws PortolanError if the step changes something that no checkpoint would hold. */
  #requireState(): void {
    const lost = unnamed(this.state, this.#train.writes)
    if (lost.length)
      throw new PortolanError(
        `checkpoint: the step changes ${lost.length} variables that its state does not name, the first a ${lost[0]!.constructor.name} [${lost[0]!.shape}], got a state of ${Object.keys(Object(this.state)).join(', ') || 'nothing'}. Name everything that a run changes: step: { train, state: { model, optimizer, rng } }.`,
      )
  }

  /** One step. Where it fails, state is as it was before. */
  async #learn(batch: Batch, where: string, checkpoint?: Checkpointer): Promise<Figures> {
    this.#guard.begin(this.#steps, [batch], this.#train.writes)
    try {
      return await this.#figures(await this.#train(batch), where)
    } catch (error) {
      throw await this.#guard.explain(error, where, checkpoint)
    }
  }

  async #figures(logs: StepLogs, where: string): Promise<Figures> {
    const figures: Figures = {}
    for (const [name, t] of Object.entries(logs)) {
      figures[name] = await t.item()
      if (!Number.isFinite(figures[name]))
        throw new NotFiniteError(
          `${where}: ${name} is ${figures[name]}. Lower the learning rate, clip gradients (clipNorm: 1), or look for bad numbers in the data.`,
          { op: name, expected: 'a finite number', received: String(figures[name]) },
        )
    }
    return figures
  }

  async #tell(hook: 'fitStart' | 'epochStart' | 'batchEnd' | 'validationEnd' | 'epochEnd' | 'fitEnd', run: Run): Promise<void> {
    for (const c of this.#callbacks) await c[hook]?.(run)
  }
}
