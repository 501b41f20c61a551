import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Trainer, type Batches, type Callback, type History, type TrainStep } from '@portolan/core'
import { curves } from '@portolan/core/draw'
import { checkpoints, savePicture } from '@portolan/core/node'
import type { RunOptions } from './run-options.ts'

export interface TrainOptions {
  readonly step: TrainStep
  readonly batches: Batches
  readonly validation?: Batches
  /** Folder of the checkpoints and name of the curves, where a program trains several models; default 'train'. */
  readonly part?: string
  readonly epochs?: number
  readonly callbacks?: readonly Callback[]
}

/** Trains, from the last checkpoint on if there is one, and draws the curves. */
export async function train(
  options: RunOptions,
  { step, batches, validation, part = 'train', epochs = options.epochs, callbacks = [] }: TrainOptions,
): Promise<History> {
  await mkdir(options.out, { recursive: true })
  const trainer = new Trainer({ step, callbacks, ...(options.engine && { engine: options.engine }) })
  try {
    const checkpoint = checkpoints(join(options.out, 'checkpoints', part), { resume: true })
    const history = await trainer.fit(batches, { epochs, ...(validation && { validation }), checkpoint })
    await savePicture(
      join(options.out, `${part === 'train' ? 'curves' : part}.png`),
      await curves(history, { title: `${options.name} on ${options.data} data` }),
    )
    return history
  } finally {
    await trainer.dispose()
  }
}
