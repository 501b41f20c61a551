import { HostStorage } from '../tensor/storage.ts'
import { Tensor } from '../tensor/tensor.ts'
import { variables } from './module.ts'

/**
 * Brings everything that a model, an optimizer or any object of them holds into this process's memory: what a step left on a GPU or in
 * a worker can then be read at once, and used op by op. The next compiled step takes it back.
 * @example
 * await toHost(model)
 * model.forward(x).dataSync()
 */
export async function toHost<M>(root: M): Promise<M> {
  await Promise.all(
    [...variables(root).values()].map(async v => {
      const { latest } = v
      if (latest.storage instanceof HostStorage) return
      const data = await latest.data()
      if (v.latest === latest) v.latest = new Tensor(v, new HostStorage(data))
    }),
  )
  return root
}
