import { HostRng } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import { ticTacToe } from '../env/tic-tac-toe.ts'
import { TreeSearch } from './tree-search.ts'

/** A search whose judge knows nothing. */
function search(position: readonly number[], trials: number): TreeSearch<readonly number[]> {
  const tree = new TreeSearch(ticTacToe, position)
  for (let i = 0; i <= trials; i++) if (tree.descend()) tree.open(new Float32Array(9), 0)
  return tree
}
const best = (tree: TreeSearch<readonly number[]>): number => tree.visits().indexOf(Math.max(...tree.visits()))

describe('TreeSearch', () => {
  it('makes three in a row, and prevents it', () => {
    expect(best(search([1, 1, 0, -1, -1, 0, 0, 0, 0], 50))).toBe(2) // its own line comes first
    expect(best(search([1, 0, 0, 0, 1, 0, 0, -1, 0], 200))).toBe(8) // the other's
  })
  it('counts every trial once', () => {
    const tree = search(ticTacToe.start(), 40)
    expect(tree.visits().reduce((a, b) => a + b, 0)).toBe(40)
    expect(search([1, 1, 1, -1, -1, 0, 0, 0, 0], 5).visits()).toEqual(new Float32Array(9)) // the game is over
  })
  it('a judge leads it, and noise misleads it by its share', () => {
    const tree = new TreeSearch(ticTacToe, ticTacToe.start())
    tree.descend()
    tree.open(Float32Array.of(0, 0, 0, 0, 50, 0, 0, 0, 0), 0)
    expect(tree.root.priors![4]).toBeCloseTo(1)
    tree.disturb(new HostRng(1), 0.3, 0.25)
    expect(tree.root.priors!.reduce((a, b) => a + b, 0)).toBeCloseTo(1)
    expect(tree.root.priors![4]).toBeGreaterThanOrEqual(0.75)
    expect(tree.root.priors![4]).toBeLessThan(1)
  })
})
