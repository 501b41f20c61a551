import { PortolanError, ready } from '@portolan/core'
import { beforeAll, expect, it } from 'vitest'
import { folder, misuses } from './misuse-cases.ts'

beforeAll(ready)
const page: string[] = []

it.each(misuses)('$title', async ({ title, run, kind, op, says }) => {
  const error: unknown = await Promise.resolve()
    .then(run)
    .then(
      () => 'nothing was thrown',
      (e: unknown) => e,
    )
  expect(error).toBeInstanceOf(PortolanError)
  const { constructor, code, message, expected, received, hint } = error as PortolanError
  expect([constructor.name, code]).toEqual([kind.name, kind.code])
  const name = (error as PortolanError).op ?? ''
  expect(typeof op === 'string' ? name === op : op.test(name), `${name} refuses, not ${op}`).toBe(true)
  expect(`${expected} | ${received} | ${hint}`).toMatch(says)
  const clean = (text: string | undefined): string => text?.replaceAll(folder, 'FOLDER').replace(/\n\s+at .*/g, '\n    at YOUR LINE') ?? '-'
  page.push(
    `## ${title}\n\n${clean(message)}\n\n${code} · ${clean((error as PortolanError).op)} · ${clean(expected)} · ${clean(received)} · ${clean(hint)}\n`,
  )
})

it('is 80 and more', () => expect(misuses.length).toBeGreaterThanOrEqual(80))
it('every message is on the page that was read by eye', async ({ skip }) => {
  skip(page.length !== misuses.length, 'only some of the cases ran')
  await expect(page.join('\n')).toMatchFileSnapshot('misuse-messages.txt')
})
