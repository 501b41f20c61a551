import { expect, it } from 'vitest'
import type { Run } from '../race.ts'
import { check } from './rows.ts'

const run = (library: Run['library'], variant: string, figures: number[]): Run =>
  ({ library, variant, figures, parameters: 10 }) as unknown as Run

it('lets two libraries differ by rounding, and by as much as one of them differs from itself', () => {
  const ours = run('portolan', 'Trainer.fit', [5, 4, 3, 2])
  expect(() => check('net', [ours, run('torch', 'default', [5, 4.005, 3, 2])])).not.toThrow()
  expect(() => check('net', [ours, run('torch', 'default', [5, 4, 3.02, 2])])).toThrow('net: torch (default) began with 5, 4, 3.02, 2')
  const others = [run('torch', 'default', [5, 4, 3.02, 2]), run('torch', 'channels_last', [5, 4, 3.001, 2])]
  expect(() => check('net', [ours, ...others])).not.toThrow()
  expect(() => check('net', [ours, ...others, run('torch', 'foreach', [5, 4, 3, 2.2])])).toThrow('torch (foreach) began with')
})
it('refuses other networks, figures that are not finite, and a library that agrees with itself but not with ours', () => {
  const ours = run('portolan', 'Trainer.fit', [5, -4])
  expect(() => check('net', [ours, { ...run('torch', 'default', [5, -4]), parameters: 11 }])).toThrow('has 11 parameters, portolan has 10')
  expect(() => check('net', [ours, run('torch', 'default', [5, NaN])])).toThrow('computed NaN')
  expect(() => check('net', [ours, ...['default', 'foreach'].map(way => run('torch', way, [5, -4.1]))])).toThrow('began with 5, -4.1')
})
