import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { layerTable, readLayers, table } from './layer-table.mjs'

it('LAYERS.md is what the docstrings say: `node scripts/layer-table.mjs` makes it anew', () => {
  expect(layerTable()).toBe(readFileSync(table, 'utf8'))
})

it('reads formula, shapes, paper and names', () => {
  expect(readLayers().find(l => l.name === 'Mish')).toEqual({
    name: 'Mish',
    family: 'activation',
    formula: 'x·tanh(log(1 + eˣ))',
    shapes: 'x: [...] → same',
    paper: 'Misra, “Mish: A Self Regularized Non-Monotonic Activation Function”, 2019',
    torch: ['Mish'],
    keras: [],
    torchNote: '',
  })
})
