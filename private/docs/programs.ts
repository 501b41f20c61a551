import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { formatWithOptions } from 'node:util'
import { blocksOf, readPage, type Block } from './pages.ts'

export interface Page {
  readonly page: string
  readonly blocks: readonly Block[]
  readonly programs: readonly { file: string; runs: boolean }[]
}

const folder = join(import.meta.dirname, 'dist/blocks')
const importLine = /^import (?:(type )?\{([^}]*)\}|[^'{]+) from '([^']+)'\n/gm

/** One module out of several blocks: their imports once, and before each block a word that it begins. */
function moduleOf(blocks: readonly [index: number, block: Block][]): string {
  const named = new Map<string, Set<string>>()
  const known = new Set<string>()
  const others = new Set<string>()
  const bodies = blocks.map(([index, { code }]) => {
    const body = code.replaceAll(importLine, (line, type: string | undefined, names: string | undefined, from: string) => {
      if (names === undefined) {
        others.add(line)
        return ''
      }
      const all = named.get(from) ?? named.set(from, new Set()).get(from)!
      for (const name of names
        .split(',')
        .map(n => n.trim())
        .filter(Boolean)) {
        const plain = name.replace('type ', '')
        if (!known.has(plain)) all.add(type ? `type ${name}` : name)
        known.add(plain)
      }
      return ''
    })
    return `begin(${index})\n${body}`
  })
  const imports = [...named].map(([from, names]) => `import { ${[...names].join(', ')} } from '${from}'\n`)
  const begin = `const { begin } = globalThis as unknown as { begin(block: number): void }\n`
  return [...others, ...imports, begin, ...bodies, 'export {}\n'].join('')
}

/** Writes a page's programs where the packages are found. */
export function writePrograms(page: string): Page {
  const blocks = blocksOf(readPage(page))
  const running: [number, Block][][] = []
  const inPages: [number, Block][][] = []
  for (const [index, block] of blocks.entries()) {
    const last = running.at(-1)
    if (block.marks.includes('browser')) inPages.push([[index, block]])
    else if (last && !block.marks.includes('new')) last.push([index, block])
    else running.push([[index, block]])
  }
  mkdirSync(folder, { recursive: true })
  const programs = [...running, ...inPages].map((part, i) => {
    const file = join(folder, `${page.replace('.md', '').replaceAll(/[^\w-]/g, '-')}-${i}.ts`)
    writeFileSync(file, moduleOf(part))
    return { file, runs: i < running.length }
  })
  return { page, blocks, programs }
}

/** Runs a page's programs, each in an empty folder; what each block printed. */
export async function runPrograms({ blocks, programs }: Page): Promise<string[]> {
  const printed = blocks.map(() => '')
  const [home, log, write, bars, env] = [process.cwd(), console.log, process.stdout.write, process.stderr.write, { ...process.env }]
  let now = 0
  const print = (text: string): void => void (printed[now] += text)
  for (const { file, runs } of programs) {
    if (!runs) continue
    const empty = await mkdtemp(join(tmpdir(), 'portolan-page-'))
    try {
      process.chdir(empty)
      Object.assign(globalThis, { begin: (block: number) => (now = block) })
      console.log = (...all: unknown[]) => print(`${formatWithOptions({ colors: false }, ...all)}\n`)
      process.stdout.write = (text: string | Uint8Array) => (print(String(text)), true)
      process.stderr.write = () => true // bars and lines of progress
      await import(/* @vite-ignore */ pathToFileURL(file).href)
    } catch (cause) {
      throw new Error(`line ${blocks[now]!.line}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    } finally {
      Object.assign(console, { log })
      Object.assign(process.stdout, { write })
      Object.assign(process.stderr, { write: bars })
      process.env = { ...env }
      process.chdir(home)
      await rm(empty, { recursive: true })
    }
  }
  return printed
}
