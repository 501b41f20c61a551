import { label, type Scene, type TabularEnv } from '@portolan/rl'

/** A grid of cells of 48 pixels with an arrow for the policy's move in each, and what the cell is worth. */
export function policyPicture(
  env: TabularEnv,
  columns: number,
  policy: ArrayLike<number>,
  arrows: readonly string[],
  values?: ArrayLike<number>,
): Scene {
  env.reset({ seed: 0 })
  const scene = env.draw()
  const cells = env.transitions.flatMap((actions, s) => {
    if (actions.every(list => list.every(t => t.next === s))) return [] // an end
    const [x, y] = [((s % columns) + 0.5) * 48, (Math.floor(s / columns) + 0.5) * 48]
    const worth = values ? [label(x, y + 14, values[s]!.toFixed(2), 10, '#555555')] : []
    return [label(x, y - (values ? 5 : 0), arrows[policy[s]!]!, 18), ...worth]
  })
  return { ...scene, marks: [...scene.marks.filter(m => m.kind !== 'disc'), ...cells] }
}
