import type { HostRng } from '@portolan/core'

/** One of n actions by the softmax of their scores, logits[from …]; and its log-probability. */
export function pickAction(logits: ArrayLike<number>, from: number, n: number, rng: HostRng): { action: number; logProbability: number } {
  let most = -Infinity
  for (let i = 0; i < n; i++) most = Math.max(most, logits[from + i]!)
  let sum = 0
  for (let i = 0; i < n; i++) sum += Math.exp(logits[from + i]! - most)
  let u = rng.uniform() * sum
  let action = 0
  for (; action < n - 1; action++) if ((u -= Math.exp(logits[from + action]! - most)) < 0) break
  return { action, logProbability: logits[from + action]! - most - Math.log(sum) }
}

/** The action of the highest score in each row, the first of equals. scores: [rows, n] → [rows] */
export function bestActions(scores: ArrayLike<number>, n: number): Int32Array {
  return Int32Array.from({ length: scores.length / n }, (_, row) => {
    let best = row * n
    for (let i = best + 1; i < (row + 1) * n; i++) if (scores[i]! > scores[best]!) best = i
    return best - row * n
  })
}
