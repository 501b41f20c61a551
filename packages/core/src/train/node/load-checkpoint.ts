import { FileError, PortolanError } from '../../errors.ts'
import { variables } from '../../nn/module.ts'
import { load } from '../../nn/state.ts'
import { HostStorage } from '../../tensor/storage.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { History } from '../history.ts'
import { listCheckpoints, readCheckpoint } from './checkpoint-file.ts'

/** Options of `loadCheckpoint`. */
export interface LoadCheckpointOptions {
  /** Which epoch's; default: the last there is. */
  epoch?: number
  /** The best epoch's by this log, as in `History`. */
  best?: string
  /** Whether less or more of it is better; default 'min'. */
  mode?: 'min' | 'max'
}

/**
 * Puts what a checkpoint holds into a part of what was trained, named as in the step's state: `{ model }` for that of `supervised`.
 * Nothing changes unless everything of it is there.
 * @throws FileError if there is no such checkpoint, FormatError if it is damaged, PortolanError that lists what does not fit.
 * @example
 * const { model } = await loadCheckpoint({ model: new LeNet() }, 'runs/mnist', { best: 'validation.loss' })
 */
export async function loadCheckpoint<M>(state: M, folder: string, { epoch, best, mode = 'min' }: LoadCheckpointOptions = {}): Promise<M> {
  const all = await listCheckpoints(folder)
  const last = all.at(-1)
  if (!last) throw new FileError(`loadCheckpoint: ${folder} holds no checkpoint. Look at its path.`)
  const { history } = JSON.parse((await readCheckpoint(last.path)).rest) as { history: unknown }
  const wanted = best === undefined ? epoch : History.fromJSON({ epochs: history }).best(best, mode)?.epoch
  const file = wanted === undefined ? last : all.find(f => f.epoch === wanted)
  if (!file)
    throw new FileError(
      `loadCheckpoint: ${folder} must hold a checkpoint of epoch ${wanted}, got those of ${all.flatMap(f => f.epoch ?? []).join(', ') || 'none'}. Keep it: checkpoints(folder, { best: '${best ?? 'validation.loss'}' }).`,
    )
  const { tensors } = await readCheckpoint(file.path)
  const own = variables(state)
  const given = Object.entries(tensors).map(([name, t]) => [name, new Tensor(t, new HostStorage(t.data))] as const)
  try {
    return load(state, Object.fromEntries(given), { only: () => true, names: name => (own.has(name) ? name : undefined) })
  } catch (error) {
    if (error instanceof PortolanError) error.message = `${file.path}: ${error.message}`
    throw error
  }
}
