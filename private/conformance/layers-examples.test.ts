import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@portolan/core'
import { leaves, type Tree } from '@portolan/core/engine'
import * as layers from '@portolan/layers'
import { close } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'

beforeAll(() => core.ready())

/** What docstrings show in one line: an expression, and after it a shape of zeros or the numbers themselves. */
const shown = ['core/src/nn', 'layers/src'].flatMap(folder => {
  const root = join(import.meta.dirname, '../../packages', folder)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.includes('.test'))
    .flatMap(file =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/^ \* (new [A-Z]\w+\(.*\)) +\/\/ (\[.*\])/gm)].map(([, code, result]) => ({
        code: code!,
        result: result!,
      })),
    )
})
const scope: Record<string, unknown> = { ...core, ...layers }
// oxlint-disable-next-line typescript/no-implied-eval -- the code is that of our own docstrings
const evaluate = (code: string): unknown => new Function(...Object.keys(scope), `return ${code}`)(...Object.values(scope))

describe('examples in docstrings', () => {
  it('are many', () => expect(shown.length).toBeGreaterThan(60))
  it.each(shown.filter(s => s.code.includes('zeros(')))('$code', ({ code, result }) => {
    expect(leaves(evaluate(code) as Tree)[0]!.shape).toEqual(JSON.parse(result))
  })
  it.each(shown.filter(s => !s.code.includes('zeros(')))('$code', async ({ code, result }) => {
    const y = leaves(evaluate(code) as Tree)[0]!
    expect(y.dtype).toBe('float32')
    close(await y.data(), (JSON.parse(result) as number[] | number[][]).flat(), 5.1e-4)
  })
})
