import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as core from '../packages/core/src/index.ts'
import * as node from '../packages/core/src/node.ts'
import { errorPage, page, readErrors } from './error-page.mjs'

const withoutLayout = (text: string): string => text.replaceAll(/ +\|/g, ' |').replaceAll(/-+ \|/g, '- |') // prettier aligns tables

it('errors.md is what the classes say: `node scripts/error-page.mjs` makes it anew', () => {
  expect(withoutLayout(readFileSync(page, 'utf8'))).toBe(withoutLayout(errorPage()))
})

it('every class can be caught by name, and has the code that the page gives it', () => {
  const exported: Record<string, unknown> = { ...core, ...node }
  for (const { name, code } of readErrors()) expect([name, (exported[name] as { code?: string } | undefined)?.code]).toEqual([name, code])
})
