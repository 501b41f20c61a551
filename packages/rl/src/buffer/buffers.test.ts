import { HostRng, RangeError, ShapeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { ReplayBuffer } from './replay-buffer.ts'
import { RolloutBuffer } from './rollout-buffer.ts'

describe('ReplayBuffer', () => {
  const filled = (rows: number) => {
    const buffer = new ReplayBuffer(5, { x: [2], i: 'int32', y: [] })
    for (let n = 0; n < rows; n++) buffer.add({ x: [n, -n], i: n, y: n / 2 })
    return buffer
  }
  it('keeps the last rows together, and every one comes', () => {
    const { x, i, y } = filled(8).sample(300, new HostRng(1))
    expect([x.shape, i.shape, i.dtype, y.shape]).toEqual([[300, 2], [300], 'int32', [300]])
    const seen = Array.from(i.dataSync())
    expect(new Set(seen)).toEqual(new Set([3, 4, 5, 6, 7]))
    expect(Array.from(x.dataSync())).toEqual(seen.flatMap(n => [n, -n]))
    expect(Array.from(y.dataSync())).toEqual(seen.map(n => n / 2))
  })
  it.each([3, 5, 8])('goes on from its state with %i rows in it', rows => {
    const [one, other] = [filled(rows), filled(0)]
    other.restore(one.state())
    for (const buffer of [one, other]) buffer.add({ x: [9, 9], i: 9, y: 9 })
    expect(other.state()).toEqual(one.state())
    expect(other.size).toBe(Math.min(rows + 1, 5))
  })
  it('refuses what does not fit', () => {
    expect(() => filled(1).add({ x: [1], i: 1, y: 1 })).toThrow(/x must have 2 numbers, got 1/)
    expect(() => filled(0).sample(1, new HostRng(0))).toThrow(RangeError)
    expect(() => filled(0).restore(new ReplayBuffer(5, { x: [3], i: 'int32', y: [] }).state())).not.toThrow() // both are empty
    const wide = new ReplayBuffer(5, { x: [3], i: 'int32', y: [] })
    wide.add({ x: [1, 2, 3], i: 0, y: 0 })
    expect(() => filled(2).restore(wide.state())).toThrow(ShapeError)
    expect(() => new ReplayBuffer(0, { x: [] })).toThrow(RangeError)
  })
})

describe('RolloutBuffer', () => {
  const made = () => {
    const rollout = new RolloutBuffer({ steps: 3, envs: 2, observation: 1 })
    const rewards = [[1, 0], [2, 1], [3, 0]] // prettier-ignore
    const values = [[0.5, 1], [1, 2], [1.5, 3]] // prettier-ignore
    const ended = [[0, 0], [1, 0], [0, 0]] // prettier-ignore
    for (const t of [0, 1, 2])
      rollout.add({
        observations: Float32Array.of(t, -t),
        actions: Int32Array.of(t, 1),
        logProbabilities: Float32Array.of(-1, -2),
        values: Float32Array.from(values[t]!),
        rewards: Float32Array.from(rewards[t]!),
        ended: Uint8Array.from(ended[t]!),
      })
    return rollout
  }
  it('estimates advantages within episodes', () => {
    const { advantages, returns } = made().estimates([2, 4], { discount: 0.5, trace: 0.5 })
    // by hand, from the last step to the first; the first environment's episode ends after its second step
    const d2 = 3 + 0.5 * 2 - 1.5
    const d1 = 2 - 1
    const d0 = 1 + 0.5 * 1 - 0.5 + 0.25 * d1
    const e2 = 0 + 0.5 * 4 - 3
    const e1 = 1 + 0.5 * 3 - 2 + 0.25 * e2
    const e0 = 0 + 0.5 * 2 - 1 + 0.25 * e1
    expect(Array.from(advantages)).toEqual([d0, e0, d1, e1, d2, e2])
    expect(Array.from(returns)).toEqual([d0 + 0.5, e0 + 1, d1 + 1, e1 + 2, d2 + 1.5, e2 + 3])
  })
  it('with λ = 1 returns are discounted sums until the end', () => {
    const { returns } = made().estimates([2, 4], { discount: 0.5, trace: 1 })
    expect(Array.from(returns)).toEqual([1 + 0.5 * 2, 0 + 0.5 * 1 + 0.125 * 4, 2, 1 + 0.25 * 4, 3 + 0.5 * 2, 0.5 * 4])
  })
  it('goes on from its state, and refuses what does not fit', () => {
    const rollout = made()
    const other = new RolloutBuffer({ steps: 3, envs: 2, observation: 1 })
    other.restore(rollout.state())
    expect(other.state()).toEqual(rollout.state())
    expect(other.full).toBe(true)
    expect(() => other.add({} as never)).toThrow(RangeError)
    expect(() => new RolloutBuffer({ steps: 4, envs: 2, observation: 1 }).restore(rollout.state())).toThrow(/must hold 8 numbers/)
  })
})
