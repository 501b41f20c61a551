import { expect, it, vi } from 'vitest'
import { runExample, start } from '../shared/run-example.ts'

vi.setConfig({ testTimeout: 400_000 }) // whole programs

it('gridworld: finds what the book says', async () => {
  const { figures, files } = await runExample('gridworld', '--steps', '40000')
  expect(figures['start']).toBeCloseTo(0.705, 3)
  expect(figures['agree']).toBeGreaterThanOrEqual(8)
  expect(figures['sarsa']).toBeGreaterThan(figures['qLearning'] as number)
  expect(files).toEqual(['cliff-QLearning.png', 'cliff-Sarsa.png', 'cliff.png', 'figures.json', 'world-learned.png', 'world.png'])
})

it('frozen-lake: learns the small lake', async () => {
  const { figures } = await runExample('frozen-lake', '--map', '4x4', '--steps', '60000')
  expect(figures['known']).toBeCloseTo(0.74, 2) // within 100 steps
  expect(figures['share']).toBeGreaterThan(0.95)
})

it.each(['ppo', 'dqn', 'a2c', 'reinforce'])('cartpole: %s runs, judges and leaves its run', async algorithm => {
  const { figures, stdout, files } = await runExample('cartpole', '--algorithm', algorithm, '--steps', '2500', '--episodes', '3')
  expect(figures['judged']).toBeGreaterThan(8) // a pole falls after 8 steps at the earliest
  expect(stdout).toMatch(/mean of 1 seeds/)
  expect(files).toEqual([`${algorithm}-1.safetensors`, `${algorithm}.gif`, `${algorithm}.png`, 'figures.json'].toSorted())
})

it('pendulum: SAC runs', async () => {
  const { figures } = await runExample('pendulum', '--steps', '600', '--warmup', '300', '--hidden', '16', '--episodes', '1')
  expect(figures['judged']).toBeLessThan(0)
})

it('tictactoe: after a few rounds it loses less than before', async () => {
  const { figures } = await runExample('tictactoe', '--rounds', '6', '--simulations', '25')
  const lost = (name: string): number =>
    (figures[name] as { lost: number; games: number }).lost / (figures[name] as { games: number }).games
  expect(lost('every')).toBeLessThan(lost('before'))
})

it('path-planning: learns small maps', async () => {
  const { figures } = await runExample('path-planning', '--size', '4', '--steps', '150', '--sweeps', '10', '--maps', '200')
  expect(figures['arrived']).toBeGreaterThan(0.9)
})

it.each(['gridworld', 'frozen-lake', 'cartpole', 'pendulum', 'tictactoe', 'path-planning'])('%s says what it takes', async name => {
  expect((await start(name, '--help')).stdout).toMatch(/--seed <n>/)
})
