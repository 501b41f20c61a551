import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { integer, random, real, search } from '../../search.ts'
import { trialsFile } from './trials-file.ts'
import { workerObjective } from './worker-objective.ts'

let folder = ''
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'portolan-search-'))))
afterEach(() => rm(folder, { recursive: true }))

it('keeps trials in a file; one that was cut off is run again', async () => {
  const path = join(folder, 'trials.jsonl')
  const objective = vi.fn<(point: { x: number }) => number>(({ x }) => x)
  const options = { space: { x: real(0, 1) }, objective, strategy: random({ trials: 6 }), progress: false } as const
  const first = await search({ ...options, store: trialsFile(path) })
  const text = await readFile(path, 'utf8')
  expect(text.split('\n')).toHaveLength(8)
  await writeFile(path, text.slice(0, -10))
  objective.mockClear()
  const again = await search({ ...options, store: trialsFile(path) })
  expect(objective).toHaveBeenCalledTimes(1)
  expect(again.trials.map(t => t.value)).toEqual(first.trials.map(t => t.value))
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(8)
})

it('runs trials in workers, side by side, and outlives one that dies', async () => {
  const module = join(folder, 'objective.mjs')
  await writeFile(
    module,
    `let runs = 0
     export default async ({ n }, { number }) => {
       if (n === 2) process.exit(3)
       if (n === 3) throw new Error('three')
       return 10 * n + number + 100 * runs++
     }`,
  )
  const objective = workerObjective<{ n: number }>(pathToFileURL(module), { execArgv: [] })
  const { trials } = await search({
    space: { n: integer(1, 4) },
    objective,
    parallel: objective.parallel,
    strategy: { text: 'all', next: ({ done }) => (done.length ? [] : [1, 2, 3, 4].map((n, number) => ({ number, point: { n } }))) },
    progress: false,
  })
  await objective.dispose()
  expect(trials.map(t => t.value ?? t.error)).toEqual([10, expect.stringMatching(/ended with 3 and no answer/), 'three', 43])

  await writeFile(module, 'export const objective = 1')
  const none = workerObjective<{ n: number }>(pathToFileURL(module), { execArgv: [] })
  await expect(none({ n: 1 }, { number: 0, budget: undefined })).rejects.toThrow(/objective.mjs: its default export must be the objective/)
})
