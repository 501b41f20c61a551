import { variables } from '@portolan/core'

/** Moves the variables of one model towards those of its like: v ← v + τ · (w − v); τ = 1 copies. */
export function follow(target: object, online: object, tau: number): void {
  const now = variables(online)
  for (const [path, v] of variables(target)) {
    const w = now.get(path)!.value
    v.value = tau === 1 ? w : v.value.add(w.sub(v.value).mul(tau))
  }
}
