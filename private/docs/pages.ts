import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** A piece of code on a page, and what stands behind it as its output. */
export interface Block {
  readonly code: string
  /** The line of the page on which the code begins, from 1. */
  readonly line: number
  /** The words behind `ts`: `new` begins another program, `browser` is compiled but not run. */
  readonly marks: readonly string[]
  output?: Place
}

interface Place {
  readonly text: string
  readonly from: number
  readonly to: number
}

interface Fence extends Place {
  readonly lang: string
  readonly marks: readonly string[]
  readonly line: number
}

/** All pages whose code is checked, relative to the repository; a translation has the code of its original. */
export const pages = (): string[] =>
  ['', 'packages/*', 'apps/docs', 'apps/docs/guides']
    .flatMap(folder => {
      const [above, each] = folder.split('/*')
      return each === undefined ? [folder] : readdirSync(join(root, above!)).map(name => `${above}/${name}`)
    })
    .flatMap(folder => readdirSync(join(root, folder)).map(name => join(folder, name)))
    .filter(file => file.endsWith('.md') && !/(api|LAYERS|RESULTS|CHANGELOG|op-providers|errors|zh-CN)\.md$/.test(file))

export const readPage = (page: string): string => readFileSync(join(root, page), 'utf8')

/** The fences of a page, and its comments `<!-- ts … -->`: code that is run and not shown. */
export const fences = (page: string): Fence[] =>
  [...page.matchAll(/^```([a-z-]+)([^\n]*)\n([\s\S]*?)^```$|^<!-- ts([^\n]*)\n([\s\S]*?)^-->$/gm)].map(m => {
    const [all, lang = 'ts', info = '', shown, hiddenInfo = '', hidden = ''] = m
    const text = shown ?? hidden
    const from = m.index + all.indexOf('\n') + 1
    const marks = `${info} ${hiddenInfo}`.split(' ').filter(Boolean)
    return { lang, marks, text, from, to: from + text.length, line: page.slice(0, from).split('\n').length }
  })

/** The TypeScript of a page, with the `output` that stands right behind a block. */
export function blocksOf(page: string): Block[] {
  const found: Block[] = []
  for (const { lang, marks, line, ...place } of fences(page)) {
    if (lang === 'ts') found.push({ code: place.text, line, marks })
    else if (lang === 'output') found.at(-1)!.output = place
  }
  return found
}
