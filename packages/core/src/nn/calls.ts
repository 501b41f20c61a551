import type { Call } from '../graph/graph.ts'
import { context, within } from '../tensor/context.ts'
import { modules } from './module.ts'

/** What a module does when a step runs: layers map forward, optimizers apply gradients. */
const verbs = ['forward', 'apply']

/**
 * Runs `f` while every op knows which module below `root` it happens in, and tells of each call that has ended.
 * Modules cost nothing when nobody looks: their methods are wrapped for this one run and are as before afterwards.
 */
export function withCalls<T>(root: unknown, f: () => T, ended?: (call: Call, args: readonly unknown[], result: unknown) => void): T {
  const undo: (() => void)[] = []
  try {
    for (const [path, module] of modules(root))
      for (const verb of verbs) {
        const method: unknown = Reflect.get(module, verb)
        if (typeof method !== 'function') continue
        const own = Object.getOwnPropertyDescriptor(module, verb)
        const value = (...args: unknown[]): unknown => {
          const call = { module, path, within: context().call }
          const result: unknown = within({ call }, () => Reflect.apply(method, module, args))
          ended?.(call, args, result)
          return result
        }
        Object.defineProperty(module, verb, { value, configurable: true, writable: true })
        undo.push(() => (own ? Object.defineProperty(module, verb, own) : Reflect.deleteProperty(module, verb)))
      }
    return f()
  } finally {
    for (const back of undo) back()
  }
}
