// Every piece of code on every page runs and prints what stands behind it.
// PORTOLAN_OUTPUT=write puts what was printed into the pages instead.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { blocksOf, fences, pages, readPage, root } from './pages.ts'
import { runPrograms, writePrograms } from './programs.ts'

const run = promisify(execFile)
const dist = join(import.meta.dirname, 'dist')
const { PORTOLAN_OUTPUT } = process.env
const only = pages()

rmSync(join(dist, 'blocks'), { recursive: true, force: true })
const written = only.map(writePrograms).filter(p => p.programs.length > 0)

describe('code on pages', () => {
  it('is there', () => expect(written.reduce((sum, p) => sum + p.blocks.length, 0)).toBeGreaterThan(20))

  it.each(written)(
    '$page prints what it says',
    async page => {
      const printed = await runPrograms(page)
      const shown = page.blocks.flatMap(({ output, line }, i) => (output ? [{ line, text: printed[i]!, output }] : []))
      if (PORTOLAN_OUTPUT === 'write') {
        let text = readPage(page.page)
        for (const [i, { output }] of [...blocksOf(text).entries()].toReversed())
          if (output) text = text.slice(0, output.from) + printed[i] + text.slice(output.to)
        writeFileSync(join(root, page.page), text)
        return
      }
      expect(shown.map(({ line, text }) => ({ line, text: text.trimEnd() }))).toEqual(
        shown.map(({ line, output }) => ({ line, text: output.text.trimEnd() })),
      )
    },
    600_000,
  ) // a page that ran into its limit would go on printing into the next one

  it('has the right types', async () => {
    const config = { extends: '../../../tsconfig.base.json', compilerOptions: { noUnusedLocals: false }, include: ['blocks/*.ts'] }
    writeFileSync(join(dist, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = await run(process.execPath, [tsc, '-p', dist]).catch((e: { stdout: string }) => e)
    expect(stdout).toBe('')
  }, 600_000)
})

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
const workspace = (name: string): boolean => existsSync(join(root, 'packages', name.replace('@portolan/', ''), 'package.json'))

/** What is wrong with a line of a shell; nothing if it can be typed. */
function wrong(line: string): string | undefined {
  const [, script] = /^npm (?:run )?([\w:-]+)/.exec(line) ?? []
  if (script === 'install' || script === 'i') return line.match(/@portolan\/[\w-]+/g)?.find(name => !workspace(name))
  if (script !== undefined && script !== 'exec') return script in scripts ? undefined : `no script ${script}`
  return line.match(/\b(?:examples|apps|private|packages|scripts)\/[\w./-]+\.(?:ts|mjs|py)\b/g)?.find(file => !existsSync(join(root, file)))
}

describe('what stands on pages', () => {
  it.each(only)('%s names commands that exist', page => {
    const lines = fences(readPage(page)).flatMap(f => (f.lang === 'sh' ? f.text.split('\n') : []))
    expect(lines.flatMap(line => wrong(line.replace(/^[A-Z_]+=\S+ /, '')) ?? [])).toEqual([])
  })

  it('has the figures of the examples that it names', () => {
    const rows = readPage('apps/docs/guides/systems.md').split('\n')
    const wrong = rows.flatMap(row => {
      const [, example] = /examples\/([\w-]+)\/RESULTS\.md/.exec(row) ?? []
      if (!example) return []
      const measured = readPage(`examples/${example}/RESULTS.md`)
      const figures =
        row
          .split('|')
          .at(-2)!
          .match(/\d[\d.,]*(?:e-\d+)?/g) ?? []
      return figures.filter(figure => !measured.includes(figure)).map(figure => `${example}: ${figure}`)
    })
    expect(wrong).toEqual([])
  })

  it('is the same code in a translation', () => {
    const code = (page: string) => fences(readPage(page)).flatMap(f => (f.lang === 'ts' ? f.text : []))
    expect(code('README.zh-CN.md')).toEqual(code('README.md'))
  })

  it.each([...only, 'README.zh-CN.md'])('%s links to what is there', page => {
    const links = [...readPage(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(m => m[1]!).filter(link => !/^\w+:/.test(link))
    expect(links.filter(link => !link.startsWith('/') && !existsSync(join(root, dirname(page), link)))).toEqual([])
  })
})
