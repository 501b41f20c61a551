import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What an example prints, with these arguments. */
export const start = (name: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ['--conditions=@portolan/source', '--import', 'tsx', `examples/${name}/main.ts`, ...args], {
    cwd: root,
  })

/** Runs an example in a folder of its own: its figures, what it printed, and the files that it left. */
export async function runExample(
  name: string,
  ...args: string[]
): Promise<{ figures: Record<string, unknown>; stdout: string; files: string[] }> {
  const out = await mkdtemp(join(tmpdir(), `portolan-${name}-`))
  try {
    const json = join(out, 'figures.json')
    const { stdout } = await start(name, '--out', out, '--json', json, ...args)
    return { figures: JSON.parse(await readFile(json, 'utf8')) as Record<string, unknown>, stdout, files: (await readdir(out)).toSorted() }
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}
