import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { interrupt, kill, second } from './trials.ts'

const root = mkdtempSync(join(tmpdir(), 'portolan-crash-'))
afterAll(() => rmSync(root, { recursive: true }))

// Many more, and a full disk: npm run check:crash
it('trainings that are killed end as if nothing had happened', async () => {
  const counts = await kill(4, 'onnx', { root, seed: 2 })
  expect(Object.values(counts).reduce((a, b) => a + b)).toBe(4)
})
it('a signal, and a second trainer', async () => {
  await expect(interrupt({ root, seed: 2 })).resolves.toBeUndefined()
  await expect(second({ root, seed: 2 })).resolves.toBeUndefined()
})
