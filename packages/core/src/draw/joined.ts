import type { Part, Parts } from './model-parts.ts'

function grouped<K, V>(values: readonly V[], key: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>()
  for (const v of values) groups.set(key(v), [...(groups.get(key(v)) ?? []), v])
  return groups
}

/** Ops that only follow each other become one part. */
export function joined({ parts, flows }: Parts): Parts {
  const place = new Map<Part, readonly Part[]>()
  const visit = (list: readonly Part[]): void => {
    for (const p of list) {
      place.set(p, list)
      if (p.parts) visit(p.parts)
    }
  }
  visit(parts)
  const into = grouped(flows, f => f.to)
  const next = new Map<Part, Part>()
  for (const [from, out] of grouped(flows, f => f.from)) {
    const { to } = out[0]!
    const alone = out.length === 1 && into.get(to)!.length === 1
    if (alone && from.kind === 'op' && to.kind === 'op' && place.get(from) === place.get(to)) next.set(from, to)
  }
  const follows = new Set(next.values())
  const now = new Map<Part, Part>()
  for (const first of next.keys()) {
    if (follows.has(first)) continue
    const chain = [first]
    for (let p = next.get(first); p; p = next.get(p)) chain.push(p)
    const names = chain.map(p => p.name)
    const name = (names.length > 3 ? [names[0], '…', names.at(-1)] : names).join(' → ')
    const whole: Part = { kind: 'op', name }
    for (const p of chain) now.set(p, whole)
  }
  const latest = (p: Part): Part => now.get(p) ?? p
  const rebuilt = (list: readonly Part[]): Part[] => [...new Set(list.map(p => (p.parts ? { ...p, parts: rebuilt(p.parts) } : latest(p))))]
  const moved = flows.map(({ from, to }) => ({ from: latest(from), to: latest(to) }))
  return { parts: rebuilt(parts), flows: moved.filter(({ from, to }) => from !== to) }
}
