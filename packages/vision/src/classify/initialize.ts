import { modules, param, type Initializer, type Module, type Param } from '@portolan/core'

type Weighted = Module & { readonly weight: Param }

/** Draws the weights of every layer of a kind anew. */
export function initialize(root: Module, kind: abstract new (...args: never[]) => Weighted, initializer: Initializer): void {
  for (const m of modules(root).values()) if (m instanceof kind) m.weight.value = param(m.weight.shape, initializer).value
}
