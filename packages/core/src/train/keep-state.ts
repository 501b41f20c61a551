import { variables } from '../nn/module.ts'
import { concrete } from '../tensor/tensor.ts'

/** Runs something that trains and puts everything below `state` back as it was; what was made meanwhile goes back to zero, as it was made. */
export async function keepState<T>(state: unknown, f: () => Promise<T>): Promise<T> {
  const before = new Map([...variables(state).values()].map(v => [v, v.value]))
  try {
    return await f()
  } finally {
    for (const v of variables(state).values()) v.value = before.get(v) ?? concrete(v.shape, 0, v.dtype)
  }
}
