import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ops } from '../../packages/core/src/ops/index.ts'

const page = readFileSync(join(import.meta.dirname, '../../apps/docs/op-providers.md'), 'utf8')
const rows = page
  .split('\n')
  .filter(line => line.startsWith('|'))
  .map(line => line.split('|').map(cell => cell.trim()))
const [head, , ...body] = rows

it('the table of ops and providers has every op, on four providers', () => {
  expect(head!.slice(2, -1)).toEqual(['Node cpu', 'Node webgpu', 'Chromium wasm', 'Chromium webgpu'])
  expect(body.map(cells => cells[1]!.replaceAll('`', ''))).toEqual(Object.keys(ops).toSorted())
})

it('what becomes a node was tried on each, and works there or has a fallback that is named', () => {
  const tried = body.filter(cells => !/`(custom|stopGradient)`/.test(cells[1]!))
  for (const [, op, ...cells] of tried) for (const cell of cells.slice(0, -1)) expect(cell, op).toMatch(/^✓/)
  for (const [limit] of page.matchAll(/^- .*$/gm)) expect(limit).toMatch(/run on 'wasm' or 'cpu'/)
})
